package apply

import (
	"testing"
	"time"
)

// What is marked PruneLast goes only once everything applied is healthy.
func TestPruneLastWaitsForHealth(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("first", "1"), configMap("last", "1", syncOptions+"PruneLast=true")))
	stuck := deployment("api", 1) + "      nodeSelector: {no: such-node}\n"
	req := s.request(stuck)
	req.WaveTimeout = 500 * time.Millisecond
	res := s.mustFail(req)
	if !res.Waiting || s.live("v1", "ConfigMap", "first") != nil || s.live("v1", "ConfigMap", "last") == nil {
		t.Fatalf("waiting %v, results %v", res.Waiting, summary(res.Items))
	}
	wantText(t, find(t, res.Items, "last").Message, "PruneLast=true")
	s.sync(deployment("api", 1))
	if s.live("v1", "ConfigMap", "last") != nil {
		t.Error("not pruned after everything is healthy")
	}
}
