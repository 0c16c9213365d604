package apply

import (
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

var configMaps = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}

func TestPruneRemovesWhatLeft(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("keep", "1"), configMap("one", "1", wave(1)), configMap("two", "1", wave(2))))
	item := s.compare(configMap("keep", "1"))["ConfigMap/one"]
	if item.Reason != ReasonPrune || item.Wave != 1 {
		t.Errorf("compare: %s in wave %d, want RequiresPruning in wave 1", item.Reason, item.Wave)
	}
	res := s.sync(configMap("keep", "1"))
	want := []string{"ConfigMap/keep Synced", "ConfigMap/two Pruned", "ConfigMap/one Pruned"}
	if got := summary(res.Items); !slices.Equal(got, want) {
		t.Errorf("results %v, want %v (reverse waves)", got, want)
	}
	if len(s.inventory) != 1 || s.live("v1", "ConfigMap", "one") != nil {
		t.Errorf("left behind: inventory %v", s.inventory)
	}
}

func TestPruneOff(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("keep", "1"), configMap("extra", "1")))
	req := s.request(configMap("keep", "1"))
	req.Prune = false
	res := s.mustSync(req)
	if got := find(t, res.Items, "extra"); got.Outcome != PruneSkipped {
		t.Errorf("extra is %s, want PruneSkipped", got.Outcome)
	}
	if s.live("v1", "ConfigMap", "extra") == nil || len(s.inventory) != 2 {
		t.Errorf("extra is gone, or left the inventory %v", s.inventory)
	}
}

func TestPruneFalseKeepsTheObject(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("keep", "1"), configMap("precious", "1", `argocd.argoproj.io/sync-options: "Validate=false, Prune=false"`)))
	res := s.sync(configMap("keep", "1"))
	got := find(t, res.Items, "precious")
	if got.Outcome != PruneSkipped {
		t.Errorf("precious is %s, want PruneSkipped", got.Outcome)
	}
	wantText(t, got.Message, "Prune=false")
	if s.live("v1", "ConfigMap", "precious") == nil || len(s.inventory) != 2 {
		t.Errorf("precious is gone, or left the inventory %v", s.inventory)
	}
}

// An object that waits for a finalizer stays in the inventory and is named.
func TestPruneStuckOnFinalizerStaysInInventory(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("keep", "1"), configMap("stuck", "1")))
	finalize := func(list string) {
		t.Helper()
		_, err := s.engine.client.Resource(configMaps).Namespace(s.namespace).Patch(s.ctx, "stuck", types.MergePatchType,
			[]byte(`{"metadata":{"finalizers":`+list+`}}`), metav1.PatchOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
	finalize(`["example.com/hold"]`)
	req := s.request(configMap("keep", "1"))
	req.PruneTimeout = 300 * time.Millisecond
	res := s.mustSync(req)
	wantText(t, find(t, res.Items, "stuck").Message, "stuck", "example.com/hold")
	if len(s.inventory) != 2 {
		t.Errorf("inventory %v, want stuck to stay", s.inventory)
	}
	if item := s.compare(configMap("keep", "1"))["ConfigMap/stuck"]; item.Reason != ReasonDeleting {
		t.Errorf("compare: %s, want Deleting", item.Reason)
	}
	finalize(`[]`)
	s.sync(configMap("keep", "1"))
	if len(s.inventory) != 1 {
		t.Errorf("inventory %v, want stuck to be gone", s.inventory)
	}
}

// Another version of a kind is the same object.
func TestNewVersionOfAKindIsNotPruned(t *testing.T) {
	s := newSite(t)
	hpa := func(version string) string {
		return "apiVersion: autoscaling/" + version + `
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec: {minReplicas: 1, maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}}
`
	}
	s.sync(hpa("v1"))
	uid := s.live("autoscaling/v2", "HorizontalPodAutoscaler", "api").GetUID()
	res := s.sync(hpa("v2"))
	if len(res.Items) != 1 || len(s.inventory) != 1 || s.inventory[0].Version != "v2" {
		t.Errorf("results %v, inventory %v", summary(res.Items), s.inventory)
	}
	if s.live("autoscaling/v2", "HorizontalPodAutoscaler", "api").GetUID() != uid {
		t.Error("the object was made anew")
	}
}
