package apply

import (
	"context"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func TestDeleteRemovesEverythingAndWaits(t *testing.T) {
	s := newSite(t)
	s.sync(docs(deployment("api", 2), configMap("settings", "1", wave(-1)),
		configMap("kept", "1", "argocd.argoproj.io/sync-options: Delete=false")))
	saved := Inventory{}
	left, err := s.engine.Delete(s.ctx, s.key, s.inventory, DeleteOptions{
		Save: func(_ context.Context, inv Inventory) error { saved = inv; return nil },
	})
	if err != nil || len(left) != 0 || len(saved) != 0 {
		t.Fatalf("delete: %v, left %v, saved %v", err, left, saved)
	}
	if s.live("apps/v1", "Deployment", "api") != nil || s.live("v1", "ConfigMap", "settings") != nil {
		t.Error("objects are left")
	}
	kept := s.live("v1", "ConfigMap", "kept")
	if kept == nil || OwnerOf(kept) != "" || kept.GetLabels()[LabelApplication] != "" {
		t.Errorf("Delete=false: want the object there without marks, got %v", kept)
	}
	if again, err := s.engine.Delete(s.ctx, s.key, s.inventory, DeleteOptions{}); err != nil || len(again) != 0 {
		t.Errorf("deleting again: %v %v", again, err)
	}
}

// What cannot go stays in the inventory, and the earlier waves, which it may
// need, stay too; the next call finishes.
func TestDeleteStuck(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("base", "1"), configMap("stuck", "1", wave(1))))
	finalize := func(list string) {
		_, err := s.engine.client.Resource(configMaps).Namespace(s.namespace).Patch(s.ctx, "stuck", types.MergePatchType,
			[]byte(`{"metadata":{"finalizers":`+list+`}}`), metav1.PatchOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
	finalize(`["example.com/hold"]`)
	left, err := s.engine.Delete(s.ctx, s.key, s.inventory, DeleteOptions{Timeout: 300 * time.Millisecond})
	if err == nil || len(left) != 2 {
		t.Fatalf("delete: error %v, left %v", err, left)
	}
	wantText(t, err.Error(), "stuck", "example.com/hold", "base")
	finalize(`[]`)
	if left, err = s.engine.Delete(s.ctx, s.key, left, DeleteOptions{}); err != nil || len(left) != 0 {
		t.Errorf("delete: %v, left %v", err, left)
	}
}

// A copied annotation, or a stripped one, does not put an object at risk.
func TestDeleteGoesByInventoryAndMark(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("ours", "1"), configMap("stripped", "1")))
	s.put(configMap("copy", "1", AnnotationApplication+": "+s.key.String()))
	_, err := s.engine.client.Resource(configMaps).Namespace(s.namespace).Patch(s.ctx, "stripped", types.MergePatchType,
		[]byte(`{"metadata":{"annotations":{"`+AnnotationApplication+`":null}}}`), metav1.PatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if left, err := s.engine.Delete(s.ctx, s.key, s.inventory, DeleteOptions{}); err != nil || len(left) != 0 {
		t.Fatalf("delete: %v, left %v", err, left)
	}
	for name, want := range map[string]bool{"ours": false, "copy": true, "stripped": true} {
		if got := s.live("v1", "ConfigMap", name) != nil; got != want {
			t.Errorf("%s is there: %v, want %v", name, got, want)
		}
	}
}

func TestReleaseForgetsAndLeaves(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("settings", "1"), deployment("api", 1)))
	if err := s.engine.Release(s.ctx, s.key, s.inventory); err != nil {
		t.Fatal(err)
	}
	live := s.live("v1", "ConfigMap", "settings")
	if live == nil || OwnerOf(live) != "" || live.GetLabels()[LabelApplication] != "" {
		t.Errorf("want the object without marks, got %v", live)
	}
	if err := s.engine.Release(s.ctx, s.key, s.inventory); err != nil {
		t.Errorf("releasing again: %v", err)
	}
	o := s.other("next")
	o.sync(configMap("settings", "2"))
}
