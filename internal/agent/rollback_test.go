package agent_test

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

const hookYAML = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hook\n  annotations: {argocd.argoproj.io/hook: PreSync}\n"

// heldAt is a bundle at a commit that is not the head, as a pause makes it, with
// the operation that a rollback asks for.
func (s *site) heldAt(commit string, op *v1alpha1.Operation) *deliveryv1.Bundle {
	b := s.bundle("web", full(), func(a *v1alpha1.Application) { a.Operation = op })
	b.Pins[0].Revision = commit
	return stamped(b)
}

func value(o *unstructured.Unstructured) string {
	if o == nil {
		return "gone"
	}
	v, _, _ := unstructured.NestedString(o.Object, "data", "value")
	return v
}

func (s *site) awaitValue(name, want string) {
	s.t.Helper()
	s.await(name+" to be "+want, patience, func() (bool, string) {
		got := value(s.get(configMaps, name))
		return got == want, got
	})
}

func (s *site) drift(name string) {
	s.t.Helper()
	o := s.get(configMaps, name)
	if err := unstructured.SetNestedField(o.Object, "drifted", "data", "value"); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.client.Resource(configMaps).Namespace(s.ns).Update(s.t.Context(), o, metav1.UpdateOptions{FieldManager: "kubectl-edit"}); err != nil {
		s.t.Fatal(err)
	}
}

func TestARolledBackApplicationIsHealedToWhereItIsHeld(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/config.yaml": configMap("config", "one"), "web/hook.yaml": hookYAML}))
	first, err := s.repo.Head(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	s.start()
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	s.commit(map[string]string{"web/config.yaml": configMap("config", "two"), "web/extra.yaml": configMap("extra", "x")})
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	s.awaitValue("extra", "x")
	s.remove(configMaps, "hook")

	op := &v1alpha1.Operation{
		Sync:        &v1alpha1.SyncOperation{Prune: true, SyncStrategy: &v1alpha1.SyncStrategy{Apply: &v1alpha1.SyncStrategyApply{}}},
		InitiatedBy: v1alpha1.OperationInitiator{Username: "ann"},
	}
	s.hub.put(s.heldAt(first, op))
	got := s.awaitStatus("web", "at the first commit", func(a v1alpha1.ApplicationStatus) bool {
		return a.Sync.Status == v1alpha1.SyncStatusCodeSynced && a.Sync.Revision == first && a.OperationState.Phase.Completed()
	})
	s.awaitValue("config", "one")
	s.awaitValue("extra", "gone") // by the operation's own prune
	if newest := got.History[len(got.History)-1]; len(got.History) != 3 || newest.Revision != first || newest.InitiatedBy.Username != "ann" {
		t.Errorf("history %+v", got.History)
	}
	if s.get(configMaps, "hook") != nil {
		t.Error("a rollback ran a hook")
	}
	s.drift("config")
	s.awaitValue("config", "one")

	// A commit that the repository does not have: what runs goes on and heals.
	s.hub.put(s.heldAt(strings.Repeat("d", 40), nil))
	s.awaitStatus("web", "stuck", func(a v1alpha1.ApplicationStatus) bool {
		return len(a.Conditions) == 1 && a.Conditions[0].Type == v1alpha1.ApplicationConditionComparisonError &&
			strings.Contains(a.Conditions[0].Message, "dddddddddddd")
	})
	s.drift("config")
	s.awaitValue("config", "one")

	// Resumed, it is at the head again.
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	s.awaitValue("config", "two")
	s.awaitValue("extra", "x")
}

// What argocd app rollback writes: a source and a revision of the history.
func TestAnOperationWithASourceOfTheHistoryRollsBack(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/config.yaml": configMap("config", "one"), "old/config.yaml": configMap("config", "old")}))
	first, err := s.repo.Head(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	s.start()
	s.commit(map[string]string{"web/config.yaml": configMap("config", "two")})
	s.hub.put(s.bundle("web", nil, func(a *v1alpha1.Application) {
		source := *a.Spec.Source
		source.Path = "old"
		a.Operation = &v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{Revision: first, Source: &source}}
	}))
	got := s.awaitStatus("web", "rolled back by hand", func(a v1alpha1.ApplicationStatus) bool {
		return a.Sync.Status == v1alpha1.SyncStatusCodeOutOfSync && len(a.History) == 1
	})
	s.awaitValue("config", "old")
	if h := got.History[0]; h.Revision != first || h.Source.Path != "old" {
		t.Errorf("history %+v", h)
	}
}
