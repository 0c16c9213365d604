package apply

import "testing"

func TestIgnoreExtraneousLeavesTheApplicationInSync(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("keep", "1"), configMap("plain", "1"),
		configMap("extra", "1", `argocd.argoproj.io/compare-options: "ServerSideDiff=true, IgnoreExtraneous"`)))
	items := s.compare(configMap("keep", "1"))
	if extra := items["ConfigMap/extra"]; !extra.Tolerated() || extra.State != StateOutOfSync {
		t.Errorf("extra: %s %s, tolerated %v", extra.State, extra.Reason, extra.Tolerated())
	}
	if items["ConfigMap/plain"].Tolerated() || items["ConfigMap/keep"].Tolerated() {
		t.Error("what does not ask for it is tolerated")
	}
	// It is wanted: then it counts like any other.
	if s.compare(docs(configMap("keep", "1"), configMap("extra", "2", "argocd.argoproj.io/compare-options: IgnoreExtraneous")))["ConfigMap/extra"].Tolerated() {
		t.Error("an object that is wanted and differs is tolerated")
	}
	res := s.sync(configMap("keep", "1"))
	if got := find(t, res.Items, "extra"); got.Outcome != Pruned {
		t.Errorf("a sync with prune on: extra is %s, want Pruned as in Argo CD", got.Outcome)
	}
}
