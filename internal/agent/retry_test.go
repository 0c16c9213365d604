package agent_test

import (
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// A retry of a sync that a person asked for goes back to the revision that it
// began with; with refresh, to what the Application wants by then.
func TestRetriesGoBackToTheirRevision(t *testing.T) {
	const bad = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: NAME}\nspec: {replicas: 1}\n"
	s := newSite(t, files(map[string]string{
		"stays/a.yaml": strings.ReplaceAll(bad, "NAME", "stays"),
		"moves/a.yaml": strings.ReplaceAll(bad, "NAME", "moves"),
	}))
	s.start()
	retry := func(refresh bool) v1alpha1.Operation {
		return v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{}, Retry: v1alpha1.RetryStrategy{
			Limit: 2, Refresh: refresh, Backoff: &v1alpha1.Backoff{Duration: "3s"}}}
	}
	began := func(o v1alpha1.OperationState) bool {
		return o.RetryCount == 1 && strings.Contains(o.Message, ". Retrying attempt #1 at ")
	}
	old, err := s.repo.Head(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	stays, moves := s.ask("stays", retry(false)), s.ask("moves", retry(true))
	s.awaitOperation("stays", stays, began)
	s.awaitOperation("moves", moves, began)
	s.commit(map[string]string{"stays/a.yaml": deployment("stays", 1), "moves/a.yaml": deployment("moves", 1)})
	s.hub.put(s.bundle("stays", nil))
	s.hub.put(s.bundle("moves", nil))

	got := s.awaitOperation("moves", moves, ended)
	if got.OperationState.Phase != v1alpha1.OperationSucceeded || s.get(deployments, "moves") == nil || got.OperationState.SyncResult.Revision == old ||
		!strings.HasSuffix(got.OperationState.Message, " (retried 1 times).") {
		t.Errorf("with refresh: operation %+v", got.OperationState)
	}
	got = s.awaitOperation("stays", stays, ended)
	if got.OperationState.Phase != v1alpha1.OperationFailed || s.get(deployments, "stays") != nil || got.OperationState.SyncResult.Revision != old ||
		!strings.HasSuffix(got.OperationState.Message, " (retried 2 times).") {
		t.Errorf("without refresh: operation %+v", got.OperationState)
	}
}
