package apply

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// madeBy makes the ConfigMap "a" with keys "key" and "old" as a tool would.
func (s *site) madeBy(manager string, operation metav1.ManagedFieldsOperationType) {
	s.t.Helper()
	obj := objects(s.t, configMap("a", "1",
		`kubectl.kubernetes.io/last-applied-configuration: "{}"`, "meta.helm.sh/release-name: web")+"  old: \"x\"\n")[0]
	obj.SetNamespace(s.namespace)
	at := s.engine.client.Resource(configMaps).Namespace(s.namespace)
	var err error
	if operation == metav1.ManagedFieldsOperationApply {
		_, err = at.Apply(s.ctx, "a", obj, metav1.ApplyOptions{FieldManager: manager})
	} else {
		_, err = at.Create(s.ctx, obj, metav1.CreateOptions{FieldManager: manager})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func keys(obj *unstructured.Unstructured) []string {
	data, _ := obj.Object["data"].(map[string]any)
	return sortedKeys(data)
}

// What an earlier tool applied, and Git does not have, leaves the cluster with
// the first sync; what leaves Git later leaves it too.
func TestTakeOverMovesOwnership(t *testing.T) {
	update, apply := metav1.ManagedFieldsOperationUpdate, metav1.ManagedFieldsOperationApply
	for _, c := range []struct {
		name, manager string
		operation     metav1.ManagedFieldsOperationType
	}{
		{"kubectl client-side", "kubectl-client-side-apply", update},
		{"kubectl before 1.18", "kubectl", update},
		{"kubectl server-side", "kubectl", apply},
		{"helm 3", "helm", update},
		{"helm library", "Helm", update},
		{"helm server-side", "helm", apply},
		{"argo cd", "argocd-controller", update},
		{"argo cd server-side", "argocd-controller", apply},
		{"old argo cd", "argocd-application-controller", update},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			s.madeBy(c.manager, c.operation)
			uid := s.live("v1", "ConfigMap", "a").GetUID()
			s.sync(configMap("a", "1") + "  more: \"z\"\n")
			live := s.live("v1", "ConfigMap", "a")
			if got := keys(live); len(got) != 2 || got[0] != "key" || got[1] != "more" || live.GetUID() != uid {
				t.Errorf("keys %v after the first sync, want key and more", got)
			}
			for _, m := range live.GetManagedFields() {
				if m.Manager != FieldManager || m.Operation != apply {
					t.Errorf("%s (%s) still owns fields", m.Manager, m.Operation)
				}
			}
			if a := live.GetAnnotations(); len(a) != 1 {
				t.Errorf("annotations %v, want our mark alone", a)
			}
			s.sync("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {more: \"z\"}\n")
			if got := keys(s.live("v1", "ConfigMap", "a")); len(got) != 1 {
				t.Errorf("keys %v after one left Git, want more alone", got)
			}
		})
	}
}

// Several tools have been at one object: all are relieved, people's edits and
// other controllers keep their fields.
func TestTakeOverOfSeveralLeavesEditorsTheirs(t *testing.T) {
	s := newSite(t)
	s.madeBy("helm", metav1.ManagedFieldsOperationUpdate)
	for manager, data := range map[string]string{"kubectl": "{viaKubectl: x}", "kubectl-edit": "{edited: x}", "hpa": "{scaled: x}", "custom": "{viaCustom: x}"} {
		obj := objects(t, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: "+data+"\n")[0]
		if _, err := s.engine.client.Resource(configMaps).Namespace(s.namespace).Apply(s.ctx, "a", obj, metav1.ApplyOptions{FieldManager: manager}); err != nil {
			t.Fatal(err)
		}
	}
	req := s.request(configMap("a", "2"))
	req.Manifests = req.Manifests.With(Settings{MigrationManager: "custom"})
	s.mustSync(req)
	if got := keys(s.live("v1", "ConfigMap", "a")); len(got) != 3 || got[0] != "edited" || got[1] != "key" || got[2] != "scaled" {
		t.Errorf("keys %v, want edited, key and scaled", got)
	}
}

func TestClientSideApplyMigrationOff(t *testing.T) {
	s := newSite(t)
	s.madeBy("kubectl-client-side-apply", metav1.ManagedFieldsOperationUpdate)
	req := s.request(configMap("a", "2"))
	settings, _ := ParseSettings([]string{"ClientSideApplyMigration=false"})
	req.Manifests = req.Manifests.With(settings)
	s.mustSync(req)
	if got := keys(s.live("v1", "ConfigMap", "a")); len(got) != 2 {
		t.Errorf("keys %v, want old to stay", got)
	}
}

func TestTakeOverDryRunChangesNothing(t *testing.T) {
	s := newSite(t)
	s.madeBy("helm", metav1.ManagedFieldsOperationUpdate)
	before := s.live("v1", "ConfigMap", "a").GetResourceVersion()
	req := s.request(configMap("a", "2"))
	req.DryRun = true
	s.mustSync(req)
	if s.live("v1", "ConfigMap", "a").GetResourceVersion() != before {
		t.Error("a dry run changed the object")
	}
}
