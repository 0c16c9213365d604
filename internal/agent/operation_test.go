package agent_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestByHand(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/deployment.yaml": deployment("web", 2),
		"web/config.yaml":     configMap("web-config", "one"),
	}))
	s.start()
	s.hub.put(s.bundle("web", nil))
	s.awaitStatus("web", "out of sync and missing", func(a v1alpha1.ApplicationStatus) bool {
		return a.Sync.Status == v1alpha1.SyncStatusCodeOutOfSync && a.Health.Status == v1alpha1.HealthStatusMissing && a.OperationState == nil
	})
	time.Sleep(500 * time.Millisecond)
	if s.get(deployments, "web") != nil {
		t.Fatal("synced without being asked")
	}

	ask := func(op v1alpha1.SyncOperation) v1alpha1.ApplicationStatus {
		s.hub.put(s.bundle("web", nil, func(a *v1alpha1.Application) {
			a.Operation = &v1alpha1.Operation{Sync: &op, InitiatedBy: v1alpha1.OperationInitiator{Username: "ann"}}
			a.Generation = time.Now().UnixNano()
		}))
		id := s.hub.set.Bundles[0].GetOperation().GetId()
		var got v1alpha1.ApplicationStatus
		s.await("the operation to end", patience, func() (bool, string) {
			status, report := s.hub.status(t, "web")
			got = status
			return report.GetOperationId() == id && status.OperationState != nil && status.OperationState.Phase.Completed(), ""
		})
		return got
	}
	t.Run("dry run", func(t *testing.T) {
		got := ask(v1alpha1.SyncOperation{DryRun: true})
		if got.OperationState.Phase != v1alpha1.OperationSucceeded || s.get(deployments, "web") != nil || len(got.History) != 0 {
			t.Errorf("operation = %+v", got.OperationState)
		}
	})
	t.Run("one resource", func(t *testing.T) {
		got := ask(v1alpha1.SyncOperation{Resources: []v1alpha1.SyncOperationResource{{Kind: "ConfigMap", Name: "web-config"}}})
		if s.get(configMaps, "web-config") == nil || s.get(deployments, "web") != nil || len(got.OperationState.SyncResult.Resources) != 1 {
			t.Errorf("operation = %+v", got.OperationState)
		}
	})
	t.Run("everything", func(t *testing.T) {
		got := ask(v1alpha1.SyncOperation{})
		if got.OperationState.Phase != v1alpha1.OperationSucceeded || got.OperationState.Operation.InitiatedBy.Username != "ann" {
			t.Errorf("operation = %+v", got.OperationState)
		}
		got = s.awaitHealthy("web")
		if len(got.History) != 1 || got.History[0].InitiatedBy.Username != "ann" {
			t.Errorf("history = %+v", got.History)
		}
	})
	old, err := s.repo.Head(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	s.commit(map[string]string{"web/deployment.yaml": deployment("web", 3)})
	t.Run("a commit is only reported", func(t *testing.T) {
		s.hub.put(s.bundle("web", nil))
		s.awaitStatus("web", "out of sync", func(a v1alpha1.ApplicationStatus) bool {
			return a.Sync.Status == v1alpha1.SyncStatusCodeOutOfSync && a.Sync.Revision != old
		})
	})
	t.Run("sync it, then an older revision", func(t *testing.T) {
		ask(v1alpha1.SyncOperation{})
		s.awaitHealthy("web")
		got := ask(v1alpha1.SyncOperation{Revision: old})
		if replicas(s.get(deployments, "web")) != 2 || got.History[len(got.History)-1].Revision != old {
			t.Errorf("replicas %d, history %+v", replicas(s.get(deployments, "web")), got.History)
		}
		s.awaitStatus("web", "out of sync with its target", func(a v1alpha1.ApplicationStatus) bool {
			return a.Sync.Status == v1alpha1.SyncStatusCodeOutOfSync && a.Sync.Revision != old
		})
	})
}

func TestFailureIsRetriedThenSaid(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/bad.yaml":  "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec: {replicas: 1}\n",
		"web/good.yaml": configMap("good", "1"),
	}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	got := s.awaitStatus("web", "failed", func(a v1alpha1.ApplicationStatus) bool {
		return a.OperationState != nil && a.OperationState.Phase == v1alpha1.OperationFailed
	})
	if got.OperationState.RetryCount != 2 || !strings.Contains(got.OperationState.Message, "bad") {
		t.Errorf("operation = %+v", got.OperationState)
	}
	if s.get(configMaps, "good") == nil {
		t.Error("one bad object stopped the others")
	}
	s.awaitStatus("web", "marked with SyncError", func(a v1alpha1.ApplicationStatus) bool {
		for _, c := range a.Conditions {
			if c.Type == v1alpha1.ApplicationConditionSyncError && strings.Contains(c.Message, "bad") {
				return true
			}
		}
		return false
	})
	// Mended in Git: synced at once.
	s.commit(map[string]string{"web/bad.yaml": deployment("bad", 1)})
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
}

func TestEmptyRenderPrunesNothing(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/config.yaml": configMap("web-config", "one"), "web/README.md": "x"}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	if _, err := s.repo.Delete(t.Context(), "all gone", "web/config.yaml"); err != nil {
		t.Fatal(err)
	}
	s.hub.put(s.bundle("web", full()))
	s.awaitStatus("web", "held", func(a v1alpha1.ApplicationStatus) bool {
		return len(a.Conditions) == 2 && a.Conditions[0].Type == v1alpha1.ApplicationConditionOutOfSync &&
			a.Conditions[1].Type == v1alpha1.ApplicationConditionSyncError && strings.Contains(a.Conditions[1].Message, "allowEmpty")
	})
	if s.get(configMaps, "web-config") == nil {
		t.Fatal("pruned everything")
	}
	yes := true
	policy := full()
	policy.Automated.AllowEmpty = &yes
	s.hub.put(s.bundle("web", policy))
	s.await("the ConfigMap to be pruned", patience, func() (bool, string) { return s.get(configMaps, "web-config") == nil, "" })
}
