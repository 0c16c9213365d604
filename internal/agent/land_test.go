package agent_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestLandPruneRevert(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/deployment.yaml": deployment("web", 2),
		"web/config.yaml":     configMap("web-config", "one"),
	}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	got := s.awaitHealthy("web")
	if diff := cmp.Diff([]string{"example.com/web:1"}, got.Summary.Images); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
	if got.OperationState == nil || got.OperationState.Phase != v1alpha1.OperationSucceeded ||
		len(got.OperationState.SyncResult.Resources) != 2 || !got.OperationState.Operation.InitiatedBy.Automated {
		t.Errorf("operation = %+v", got.OperationState)
	}
	if len(got.History) != 1 || got.History[0].Revision != got.Sync.Revision || got.SourceType != v1alpha1.ApplicationSourceTypeDirectory {
		t.Errorf("history = %+v, source type %s", got.History, got.SourceType)
	}
	if len(got.Resources) != 2 || got.Resources[1].Kind != "Deployment" || got.Resources[1].Health.Status != v1alpha1.HealthStatusHealthy {
		t.Errorf("resources = %+v", got.Resources)
	}
	_, report := s.hub.status(t, "web")
	if report.GetUid() != "uid-web" || len(report.GetBundleDigest()) == 0 {
		t.Errorf("report = %+v", report)
	}
	_, facts := s.hub.told()
	if facts.GetNodes() < 1 || facts.GetGpus() != 8 || facts.GetKubernetesVersion() == "" || facts.GetAgentVersion() != "test" {
		t.Errorf("facts = %+v", facts)
	}

	// A file leaves Git, another one changes: pruned and updated.
	s.commit(map[string]string{"web/deployment.yaml": deployment("web", 3)})
	if _, err := s.repo.Delete(t.Context(), "no config", "web/config.yaml"); err != nil {
		t.Fatal(err)
	}
	s.hub.put(s.bundle("web", full()))
	got = s.awaitHealthy("web")
	if s.get(configMaps, "web-config") != nil || replicas(s.get(deployments, "web")) != 3 {
		t.Error("want the ConfigMap pruned and three replicas")
	}
	if len(got.Resources) != 1 || len(got.History) != 2 || got.History[1].ID != 1 {
		t.Errorf("resources %+v, history %+v", got.Resources, got.History)
	}

	// git revert brings it back.
	if _, err := s.repo.Revert(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	if s.get(configMaps, "web-config") == nil {
		t.Error("want the ConfigMap back")
	}
}

func TestCreateNamespaceAndWaves(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/a.yaml": deployment("first", 1),
		"web/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: second\n  annotations:\n    argocd.argoproj.io/sync-wave: \"1\"\n",
	}))
	s.start()
	target := s.ns + "-made"
	t.Cleanup(func() {
		if err := s.client.Resource(namespaces).Delete(context.Background(), target, metav1.DeleteOptions{}); err != nil {
			t.Log(err)
		}
	})
	policy := full()
	policy.SyncOptions = v1alpha1.SyncOptions{"CreateNamespace=true"}
	policy.ManagedNamespaceMetadata = &v1alpha1.ManagedNamespaceMetadata{Labels: map[string]string{"team": "a"}}
	s.hub.put(s.bundle("web", policy, func(a *v1alpha1.Application) { a.Spec.Destination.Namespace = target }))
	got := s.awaitHealthy("web")
	made, err := s.client.Resource(namespaces).Get(t.Context(), target, metav1.GetOptions{})
	if err != nil || made.GetLabels()["team"] != "a" {
		t.Errorf("namespace = %v, %v", made, err)
	}
	if got.Resources[0].Namespace != target || got.Resources[0].SyncWave != 1 {
		t.Errorf("resources = %+v", got.Resources)
	}
}
