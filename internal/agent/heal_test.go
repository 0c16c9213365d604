package agent_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
)

// healLimit is how soon drift must be mended.
const healLimit = 2 * time.Second

func TestHeal(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/deployment.yaml": deployment("web", 2),
		"web/config.yaml":     configMap("web-config", "one"),
	}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	before := s.awaitHealthy("web")

	t.Run("scaled by hand", func(t *testing.T) {
		s.scale("web", 5)
		d := s.await("the scale to be healed", healLimit, func() (bool, string) { return replicas(s.get(deployments, "web")) == 2, "" })
		t.Logf("healed in %s", d)
	})
	t.Run("deleted", func(t *testing.T) {
		old := s.get(deployments, "web").GetUID()
		s.remove(deployments, "web")
		d := s.await("the Deployment to be back", healLimit, func() (bool, string) {
			now := s.get(deployments, "web")
			return now != nil && now.GetUID() != old, ""
		})
		t.Logf("healed in %s", d)
	})
	t.Run("data changed", func(t *testing.T) {
		s.patch("web-config", `{"data":{"value":"two"}}`)
		s.await("the ConfigMap to be healed", healLimit, func() (bool, string) {
			value, _ := s.get(configMaps, "web-config").Object["data"].(map[string]any)["value"].(string)
			return value == "one", value
		})
	})
	t.Run("label stripped", func(t *testing.T) {
		s.patch("web-config", `{"metadata":{"labels":{"`+apply.LabelApplication+`":null}}}`)
		s.await("the label to be back", healLimit, func() (bool, string) {
			return s.get(configMaps, "web-config").GetLabels()[apply.LabelApplication] != "", ""
		})
	})
	after := s.awaitHealthy("web")
	if len(after.History) != len(before.History) {
		t.Errorf("healing added to the history: %+v", after.History)
	}
}

func (s *site) patch(name, patch string) {
	s.t.Helper()
	_, err := s.client.Resource(configMaps).Namespace(s.ns).Patch(s.t.Context(), name, types.MergePatchType, []byte(patch),
		metav1.PatchOptions{FieldManager: "by-hand"})
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestWithoutSelfHealDriftIsOnlyReported(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/deployment.yaml": deployment("web", 2), "web/c.yaml": configMap("extra", "x")}))
	s.start()
	policy := &v1alpha1.SyncPolicy{Automated: &v1alpha1.SyncPolicyAutomated{}}
	s.hub.put(s.bundle("web", policy))
	s.awaitHealthy("web")
	s.scale("web", 5)
	s.awaitStatus("web", "out of sync", func(a v1alpha1.ApplicationStatus) bool {
		return a.Sync.Status == v1alpha1.SyncStatusCodeOutOfSync
	})
	// A new commit is synced; what left Git is not pruned, and said so.
	s.commit(map[string]string{"web/deployment.yaml": deployment("web", 3)})
	if _, err := s.repo.Delete(t.Context(), "no config", "web/c.yaml"); err != nil {
		t.Fatal(err)
	}
	s.hub.put(s.bundle("web", policy))
	got := s.awaitStatus("web", "synced but for pruning", func(a v1alpha1.ApplicationStatus) bool {
		return a.OperationState != nil && a.OperationState.Phase.Completed() && len(a.History) == 2 &&
			a.Sync.Status == v1alpha1.SyncStatusCodeOutOfSync && len(a.Resources) == 2 && a.Resources[0].RequiresPruning
	})
	if replicas(s.get(deployments, "web")) != 3 || got.Health.Status == v1alpha1.HealthStatusMissing {
		t.Errorf("replicas %d, status %+v", replicas(s.get(deployments, "web")), got)
	}
}

func TestIdleSendsNothing(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/deployment.yaml": deployment("web", 2),
		"web/config.yaml":     configMap("web-config", "one"),
		"api/config.yaml":     configMap("api-config", "one"),
	}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	s.hub.put(s.bundle("api", full()))
	s.awaitHealthy("web")
	s.awaitHealthy("api")
	time.Sleep(time.Second)
	s.requests.take()
	reports, _ := s.hub.told()
	time.Sleep(15 * time.Second)
	if seen := s.requests.take(); len(seen) > 0 {
		t.Errorf("idle agent sent %d requests: %v", len(seen), seen)
	}
	if after, _ := s.hub.told(); after != reports {
		t.Errorf("idle agent sent %d reports", after-reports)
	}
}
