package agent_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

var definitions = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}

func crd(group string) string {
	return fmt.Sprintf(`apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.%[1]s
spec:
  group: %[1]s
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
`, group)
}

func TestKindsComeAndGo(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"good/deployment.yaml": deployment("web", 2),
	}))
	group := strings.TrimSuffix(s.ns, "-") + ".example.com"
	s.commit(map[string]string{
		"custom/widget.yaml":   "apiVersion: " + group + "/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: 3}\n",
		"definitions/crd.yaml": crd(group),
	})
	s.start()
	s.hub.put(s.bundle("good", full()))
	s.hub.put(s.bundle("custom", full()))
	s.awaitHealthy("good")
	s.awaitStatus("custom", "failed for want of its kind", func(a v1alpha1.ApplicationStatus) bool {
		return a.OperationState != nil && a.OperationState.Phase == v1alpha1.OperationFailed &&
			strings.Contains(a.OperationState.Message, "not installed")
	})

	// Another application brings the kind: no need to wait for a retry.
	s.hub.put(s.bundle("definitions", full()))
	s.awaitHealthy("definitions")
	s.awaitHealthy("custom")
	widgets := schema.GroupVersionResource{Group: group, Version: "v1", Resource: "widgets"}
	s.remove(widgets, "w")
	s.await("the Widget to be back", healLimit, func() (bool, string) { return s.get(widgets, "w") != nil, "" })

	// The kind goes away under us: the others are healed as before, and the
	// watch does not spin.
	policy := &v1alpha1.SyncPolicy{}
	s.hub.put(s.bundle("definitions", policy))
	s.awaitHealthy("definitions")
	if err := s.client.Resource(definitions).Delete(t.Context(), "widgets."+group, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	s.awaitStatus("custom", "out of sync", func(a v1alpha1.ApplicationStatus) bool {
		return a.Sync.Status == v1alpha1.SyncStatusCodeOutOfSync
	})
	s.requests.take()
	time.Sleep(5 * time.Second)
	if n := len(s.requests.take()); n > 60 {
		t.Errorf("%d requests in 5 s while a kind is gone", n)
	}
	s.scale("web", 5)
	s.await("the scale to be healed", healLimit, func() (bool, string) { return replicas(s.get(deployments, "web")) == 2, "" })
}
