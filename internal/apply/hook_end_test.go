package apply

import (
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Hooks that run are deleted, those that have ended or are another's stay, and
// so does everything that is no hook.
func TestEndHooksDeletesWhatRuns(t *testing.T) {
	s := newSite(t)
	endless := strings.Replace(job("name: migrate", hookKey+"PreSync", wave(1)), "restartPolicy", "nodeSelector: {no: such-node}\n      restartPolicy", 1)
	req := s.request(docs(job("name: done", hookKey+"PreSync"), endless, configMap("settings", "1")))
	req.Run, req.WaveTimeout = "one", 5*time.Second
	if res := s.mustFail(req); !res.Waiting {
		t.Fatalf("want a wait: %s", res.Message)
	}
	stranger := s.key
	stranger.Name = "stranger"
	if results, left, err := s.engine.EndHooks(s.ctx, stranger, s.inventory, 5*time.Second); err != nil || len(results) != 0 || len(left) != len(s.inventory) {
		t.Fatalf("another application's: %v, left %v, %v", summary(results), left, err)
	}
	results, left, err := s.engine.EndHooks(s.ctx, s.key, s.inventory, 5*time.Second)
	if err != nil || len(results) != 1 || results[0].Name != "migrate" || results[0].Hook != v1alpha1.HookTypePreSync {
		t.Fatalf("results %v, %v", summary(results), err)
	}
	for name, want := range map[string]bool{"migrate": false, "done": true} {
		if got := s.live("batch/v1", "Job", name) != nil; got != want {
			t.Errorf("job %s is there: %v, want %v", name, got, want)
		}
	}
	if left.Has(results[0].Ref) || len(left) != len(s.inventory)-1 {
		t.Errorf("left %v", left)
	}
	if again, _, err := s.engine.EndHooks(s.ctx, s.key, left, 5*time.Second); err != nil || len(again) != 0 {
		t.Errorf("again: %v, %v", summary(again), err)
	}
}
