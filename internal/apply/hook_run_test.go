package apply

import (
	"testing"
	"time"
)

// While a wave is waited for, the next attempt of the run goes on: hooks that
// have run stay to show it, and SyncFail hooks are not called.
func TestHooksRunOncePerRun(t *testing.T) {
	s := newSite(t)
	hooks := docs(job("name: before", hookKey+"PreSync", policyKey+"HookSucceeded"), job("name: mourn", hookKey+"SyncFail"))
	slow := docs(hooks, deployment("api", 1)+"      nodeSelector: {no: such-node}\n", configMap("after", "1", wave(1)))
	attempt := func() string {
		t.Helper()
		req := s.request(slow)
		req.Run, req.WaveTimeout = "one", 2*time.Second
		if res := s.mustFail(req); !res.Waiting {
			t.Fatalf("want a wait: %s", res.Message)
		}
		live := s.live("batch/v1", "Job", "before")
		if live == nil || s.live("batch/v1", "Job", "mourn") != nil {
			t.Fatalf("PreSync hook there: %v, SyncFail hook there: %v", live != nil, s.live("batch/v1", "Job", "mourn") != nil)
		}
		return string(live.GetUID())
	}
	if first := attempt(); attempt() != first {
		t.Error("the hook ran again within one run")
	}
	req := s.request(docs(hooks, deployment("api", 1)))
	req.Run = "two"
	s.mustSync(req)
	if s.live("batch/v1", "Job", "before") != nil {
		t.Error("the policy HookSucceeded did not delete the hook at the end")
	}
}

// A hook of an earlier run is made anew.
func TestHooksRunAgainInTheNextRun(t *testing.T) {
	s := newSite(t)
	uid := func(run string) string {
		req := s.request(job("name: before", hookKey+"PreSync"))
		req.Run = run
		s.mustSync(req)
		return string(s.live("batch/v1", "Job", "before").GetUID())
	}
	first := uid("one")
	if uid("one") != first || uid("two") == first {
		t.Error("want the hook once per run")
	}
}
