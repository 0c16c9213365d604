package apply

import (
	"testing"
)

const syncOptions = "argocd.argoproj.io/sync-options: "

func TestPruneFalseOfTheApplication(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("keep", "1"), configMap("stays", "1"), configMap("goes", "1", syncOptions+"Prune=true")))
	req := s.request(configMap("keep", "1"))
	req.Manifests = req.Manifests.With(Settings{Prune: Never})
	res := s.mustSync(req)
	if find(t, res.Items, "stays").Outcome != PruneSkipped || find(t, res.Items, "goes").Outcome != Pruned {
		t.Errorf("results %v", summary(res.Items))
	}
}

// Until a person approves, nothing is pruned, and PostSync hooks wait.
func TestPruneConfirm(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("keep", "1"), configMap("asks", "1", syncOptions+"Prune=confirm"), configMap("other", "1")))
	manifests := docs(configMap("keep", "1"), job("name: after", hookKey+"PostSync"))
	wantText(t, s.compare(manifests)["ConfigMap/asks"].Message, "Prune=confirm", "argocd.argoproj.io/deletion-approved")
	res := s.mustSync(s.request(manifests))
	wantText(t, find(t, res.Items, "asks").Message, "Prune=confirm", "argocd.argoproj.io/deletion-approved")
	wantText(t, find(t, res.Items, "other").Message, "asks waits for approval")
	wantText(t, res.Message, "asks waits for approval")
	if !res.Waiting || s.live("v1", "ConfigMap", "other") == nil || s.live("batch/v1", "Job", "after") != nil {
		t.Errorf("waiting %v, results %v", res.Waiting, summary(res.Items))
	}
	req := s.request(manifests)
	req.Confirmed = true
	res = s.mustSync(req)
	if res.Waiting || s.live("v1", "ConfigMap", "asks") != nil || s.live("v1", "ConfigMap", "other") != nil {
		t.Errorf("results %v", summary(res.Items))
	}
}

func TestDeleteConfirm(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("asks", "1", syncOptions+"Delete=confirm"), configMap("other", "1")))
	left, err := s.engine.Delete(s.ctx, s.key, s.inventory, DeleteOptions{})
	if err == nil || len(left) != 2 || s.live("v1", "ConfigMap", "other") == nil {
		t.Fatalf("delete: error %v, left %v", err, left)
	}
	wantText(t, err.Error(), "asks", "Delete=confirm", "argocd.argoproj.io/deletion-approved", "other")
	if left, err = s.engine.Delete(s.ctx, s.key, left, DeleteOptions{Confirmed: true}); err != nil || len(left) != 0 {
		t.Errorf("delete: %v, left %v", err, left)
	}
}

func TestDeleteFalseOfTheApplication(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("stays", "1"), configMap("goes", "1", syncOptions+"Delete=true")))
	left, err := s.engine.Delete(s.ctx, s.key, s.inventory, DeleteOptions{Settings: Settings{Delete: Never}})
	if err != nil || len(left) != 0 {
		t.Fatalf("delete: %v, left %v", err, left)
	}
	if live := s.live("v1", "ConfigMap", "stays"); live == nil || OwnerOf(live) != "" {
		t.Errorf("want the object there without marks, got %v", live)
	}
	if s.live("v1", "ConfigMap", "goes") != nil {
		t.Error("the object's own option did not win")
	}
}
