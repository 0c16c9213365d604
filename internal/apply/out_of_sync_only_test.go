package apply

import "testing"

func TestApplyOutOfSyncOnly(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("a", "1"), configMap("b", "1")))
	req := s.request(docs(configMap("a", "1"), configMap("b", "2")))
	req.Manifests = req.Manifests.With(Settings{ApplyOutOfSyncOnly: true, Replace: true})
	before := s.live("v1", "ConfigMap", "a").GetResourceVersion()
	s.requests.take()
	res := s.mustSync(req)
	if a, b := find(t, res.Items, "a"), find(t, res.Items, "b"); a.Changed || !b.Changed {
		t.Errorf("a changed %v, b changed %v", a.Changed, b.Changed)
	}
	if n := count(s.requests.take(), "PUT"); n != 1 {
		t.Errorf("%d objects replaced, want b alone", n)
	}
	if s.live("v1", "ConfigMap", "a").GetResourceVersion() != before {
		t.Error("a was written")
	}
}
