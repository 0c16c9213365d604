package apply

import (
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var definitions = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}

// widget is a CRD in a group of the test's own, deleted at its end.
func (s *site) widget(scope string) (crd, group string) {
	s.t.Helper()
	group = strings.ReplaceAll(s.namespace, "-", "") + ".example.com"
	s.t.Cleanup(func() {
		_ = s.engine.client.Resource(definitions).Delete(s.ctx, "widgets."+group, metav1.DeleteOptions{})
	})
	return fmt.Sprintf(`apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.%[1]s}
spec:
  group: %[1]s
  scope: %[2]s
  names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties: {size: {type: integer, default: 3}, color: {type: string}}
`, group, scope), group
}

func widget(group, name string) string {
	return fmt.Sprintf("apiVersion: %s/v1\nkind: Widget\nmetadata: {name: %s}\nspec: {color: red}\n", group, name)
}

func TestDefinitionBeforeWhatUsesIt(t *testing.T) {
	s := newSite(t)
	crd, group := s.widget("Namespaced")
	manifests := docs(widget(group, "one"), crd)
	res := s.sync(manifests)
	if got := summary(res.Items); got[0] != "CustomResourceDefinition/widgets."+group+" Synced" || got[1] != "Widget/one Synced" {
		t.Errorf("results %v", got)
	}
	if s.live(group+"/v1", "Widget", "one") == nil {
		t.Error("the custom resource is not in the destination namespace")
	}
	for name, item := range s.compare(manifests) {
		if item.State != StateSynced {
			t.Errorf("%s: %s (a default of the CRD is no drift)", name, item.Message)
		}
	}

	// Pruning both ends in this order: what uses the CRD, then the CRD.
	// In the background: the garbage collector learns of a new kind within 30 s.
	req := s.request("")
	req.Propagation = metav1.DeletePropagationBackground
	res = s.mustSync(req)
	if got := summary(res.Items); got[0] != "Widget/one Pruned" || len(s.inventory) != 0 {
		t.Errorf("results %v, inventory %v", got, s.inventory)
	}
}

// The scope comes from the CRD in the same manifests: no namespace is put on
// a cluster-scoped resource.
func TestClusterScopedCustomResource(t *testing.T) {
	s := newSite(t)
	crd, group := s.widget("Cluster")
	given := strings.Replace(widget(group, "one"), "{name: one}", "{name: one, namespace: nonsense}", 1)
	s.sync(docs(crd, given))
	for _, e := range s.inventory {
		if e.Namespace != "" {
			t.Errorf("inventory has %s", e.Ref)
		}
	}
	res := s.sync(docs(crd, given))
	for _, item := range res.Items {
		if item.Changed {
			t.Errorf("%s changed on the second sync", item.Ref)
		}
	}
}

func TestKindNotInstalledHoldsOnlyItself(t *testing.T) {
	s := newSite(t)
	crd, group := s.widget("Namespaced")
	manifests := docs(widget(group, "one"), configMap("settings", "1"))
	items := s.compare(manifests)
	if item := items["Widget/one"]; item.Reason != ReasonKindNotInstalled || item.State != StateOutOfSync {
		t.Errorf("compare: %s %s, want KindNotInstalled", item.State, item.Reason)
	}
	res := s.mustFail(s.request(manifests))
	wantText(t, find(t, res.Items, "one").Message, "Widget", "one", "not installed")
	if find(t, res.Items, "settings").Outcome != Synced {
		t.Error("the other object was held up")
	}
	if len(s.inventory) != 1 {
		t.Errorf("inventory %v, want the config map only", s.inventory)
	}

	s.put(crd) // as another Application, or a person, would
	s.until("the kind is served", func() bool {
		return s.compare(manifests)["Widget/one"].Reason == ReasonMissing
	})
	s.sync(manifests)
}

// A CRD deleted under us takes its resources along: they are missing, then
// dropped from the inventory when they leave the manifests.
func TestDefinitionDeletedUnderUs(t *testing.T) {
	s := newSite(t)
	crd, group := s.widget("Namespaced")
	s.put(crd)
	s.until("the kind is served", func() bool {
		return s.compare(widget(group, "one"))["Widget/one"].Reason == ReasonMissing
	})
	s.sync(docs(widget(group, "one"), configMap("settings", "1")))
	if err := s.engine.client.Resource(definitions).Delete(s.ctx, "widgets."+group, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	s.until("the kind is not installed", func() bool {
		return s.compare(widget(group, "one"))["Widget/one"].Reason == ReasonKindNotInstalled
	})
	s.sync(configMap("settings", "1"))
	if len(s.inventory) != 1 {
		t.Errorf("inventory %v, want the config map only", s.inventory)
	}
}
