package agent_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
)

func TestRestartsFromDiskWithHubAndGitAway(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/deployment.yaml": deployment("web", 2),
		"web/config.yaml":     configMap("web-config", "one"),
	}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	before := s.awaitHealthy("web")
	s.stop()

	s.hub.leave()
	if err := s.git.Down(); err != nil {
		t.Fatal(err)
	}
	s.scale("web", 7)
	s.remove(configMaps, "web-config")
	s.start()
	s.await("what drifted while the agent was away to be healed", patience, func() (bool, string) {
		return replicas(s.get(deployments, "web")) == 2 && s.get(configMaps, "web-config") != nil, ""
	})
	s.scale("web", 9)
	s.await("drift to be healed while hub and Git are away", healLimit, func() (bool, string) {
		return replicas(s.get(deployments, "web")) == 2, ""
	})

	// A commit while Git is away cannot be fetched: the last good one stays.
	if err := s.git.Resume(); err != nil {
		t.Fatal(err)
	}
	s.commit(map[string]string{"web/deployment.yaml": deployment("web", 3)})
	if err := s.git.Down(); err != nil {
		t.Fatal(err)
	}
	next := s.bundle("web", full())
	s.hub.back()
	s.hub.put(next)
	got := s.awaitStatus("web", "not comparable, and healthy", func(a v1alpha1.ApplicationStatus) bool {
		return a.Sync.Status == v1alpha1.SyncStatusCodeUnknown && len(a.Conditions) > 0 && a.Health.Status == v1alpha1.HealthStatusHealthy
	})
	if got.Conditions[0].Type != v1alpha1.ApplicationConditionComparisonError {
		t.Errorf("status = %+v", got)
	}
	s.scale("web", 9)
	s.await("drift to be healed to the last good revision", healLimit, func() (bool, string) {
		return replicas(s.get(deployments, "web")) == 2, ""
	})
	if err := s.git.Resume(); err != nil {
		t.Fatal(err)
	}
	after := s.awaitHealthy("web")
	if replicas(s.get(deployments, "web")) != 3 || len(after.History) != len(before.History)+1 {
		t.Errorf("replicas %d, history %+v", replicas(s.get(deployments, "web")), after.History)
	}
}

func TestUnchangedRestartIsQuiet(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/deployment.yaml": deployment("web", 2),
		"web/config.yaml":     configMap("web-config", "one"),
	}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	before := s.awaitHealthy("web")
	s.stop()
	s.requests.take()
	reports, _ := s.hub.told()
	s.start()
	s.await("a report after the restart", patience, func() (bool, string) {
		now, _ := s.hub.told()
		return now > reports, ""
	})
	time.Sleep(time.Second)
	after := s.awaitHealthy("web")
	if len(after.History) != len(before.History) || !after.ReconciledAt.Equal(before.ReconciledAt) {
		t.Errorf("an unchanged application was synced again: %+v", after)
	}
	for _, req := range s.requests.take() {
		for _, object := range []string{"/deployments/web", "/configmaps/web-config"} {
			if filepath.Base(req) == filepath.Base(object) {
				t.Errorf("unchanged object was read or written: %s", req)
			}
		}
	}
}

func TestDamagedStore(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/deployment.yaml": deployment("web", 2),
		"web/config.yaml":     configMap("web-config", "one"),
	}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	s.stop()
	uid := s.get(deployments, "web").GetUID()

	// Git moves on while the store is lost: what left it must still be pruned.
	if err := os.WriteFile(filepath.Join(s.dir, "agent.db"), []byte("not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.repo.Delete(t.Context(), "no config", "web/config.yaml"); err != nil {
		t.Fatal(err)
	}
	s.hub.put(s.bundle("web", full()))
	s.start()
	s.await("the ConfigMap to be pruned", patience, func() (bool, string) { return s.get(configMaps, "web-config") == nil, "" })
	s.awaitHealthy("web")
	if s.get(deployments, "web").GetUID() != uid {
		t.Error("the Deployment was made again")
	}
	if moved, _ := filepath.Glob(filepath.Join(s.dir, "agent.db.damaged-*")); len(moved) != 1 {
		t.Errorf("quarantined %v, want one file", moved)
	}
}

func TestOrphanKeepsHealing(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/deployment.yaml": deployment("web", 2), "api/c.yaml": configMap("api", "1")}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	s.hub.put(s.bundle("api", full()))
	s.awaitHealthy("web")
	s.awaitHealthy("api")
	s.hub.drop("web")
	s.awaitStatus("web", "orphaned", func(a v1alpha1.ApplicationStatus) bool {
		_, report := s.hub.status(t, "web")
		return report.GetOrphaned() && len(a.Conditions) == 1 && a.Conditions[0].Type == v1alpha1.ApplicationConditionOrphaned
	})
	s.scale("web", 5)
	s.await("the orphan to be healed", healLimit, func() (bool, string) { return replicas(s.get(deployments, "web")) == 2, "" })

	// It comes back under another UID: adopted.
	s.hub.put(s.bundle("web", full(), func(a *v1alpha1.Application) { a.UID = "another" }))
	s.awaitHealthy("web")
	if _, report := s.hub.status(t, "web"); report.GetOrphaned() || report.GetUid() != "another" {
		t.Errorf("report = %+v", report)
	}

	// An empty set deletes nothing.
	s.hub.drop("web")
	s.hub.drop("api")
	s.awaitStatus("api", "orphaned", func(v1alpha1.ApplicationStatus) bool {
		_, report := s.hub.status(t, "api")
		return report.GetOrphaned()
	})
	time.Sleep(time.Second)
	if s.get(deployments, "web") == nil || s.get(configMaps, "api") == nil {
		t.Error("absence deleted something")
	}
}

// inventories counts the copies in the cluster.
func (s *site) inventories() int {
	s.t.Helper()
	list, err := s.client.Resource(secrets).Namespace(s.home).List(s.t.Context(), metav1.ListOptions{LabelSelector: apply.LabelInventory})
	if err != nil {
		s.t.Fatal(err)
	}
	return len(list.Items)
}
