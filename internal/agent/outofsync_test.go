package agent_test

import (
	"encoding/json"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// An Application that is OutOfSync and stays so says which objects are, in which
// fields, and never shows a value of a Secret.
func TestOutOfSyncSaysWhichObjectAndWhy(t *testing.T) {
	secret := "apiVersion: v1\nkind: Secret\nmetadata:\n  name: web-secret\nstringData:\n  password: hunter2-wanted\n"
	s := newSite(t, files(map[string]string{
		"web/deployment.yaml": deployment("web", 1), "web/secret.yaml": secret, "web/config.yaml": configMap("web-config", "one"),
		"web/extra.yaml": configMap("web-extra", "one"),
	}))
	s.start()
	manual := &v1alpha1.SyncPolicy{}
	s.hub.put(s.bundle("web", manual))
	says := func(what string, parts ...string) v1alpha1.ApplicationStatus {
		return s.awaitStatus("web", what, func(a v1alpha1.ApplicationStatus) bool {
			if a.Sync.Status != v1alpha1.SyncStatusCodeOutOfSync || len(a.Conditions) != 1 || a.Conditions[0].Type != v1alpha1.ApplicationConditionOutOfSync {
				return false
			}
			for _, part := range parts {
				if !strings.Contains(a.Conditions[0].Message, part) {
					return false
				}
			}
			return true
		})
	}
	says("all missing", "Deployment.apps "+s.ns+"/web is not in the cluster", "Secret "+s.ns+"/web-secret is not in the cluster")

	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	s.hub.put(s.bundle("web", manual))
	if _, err := s.repo.Delete(t.Context(), "no extra", "web/extra.yaml"); err != nil {
		t.Fatal(err)
	}
	s.hub.put(s.bundle("web", manual))
	s.scale("web", 5)
	s.remove(configMaps, "web-config")
	if _, err := s.client.Resource(secrets).Namespace(s.ns).Patch(t.Context(), "web-secret", types.MergePatchType,
		[]byte(`{"stringData":{"password":"hunter2-live"}}`), metav1.PatchOptions{FieldManager: "kubectl-edit"}); err != nil {
		t.Fatal(err)
	}
	got := says("named with their differences",
		"Deployment.apps "+s.ns+"/web differs at spec.replicas",
		"Secret "+s.ns+"/web-secret differs at data.password",
		"ConfigMap "+s.ns+"/web-config is not in the cluster",
		"ConfigMap "+s.ns+"/web-extra is no longer wanted")
	raw, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"hunter2", "aHVudGVyMi"} {
		if strings.Contains(string(raw), value) {
			t.Errorf("the status shows %q, of a Secret", value)
		}
	}
	for _, r := range got.Resources {
		if r.Status != v1alpha1.SyncStatusCodeOutOfSync || r.RequiresPruning != (r.Name == "web-extra") {
			t.Errorf("%s is %s, requires pruning: %v", r.Name, r.Status, r.RequiresPruning)
		}
	}
}
