package decide

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestNext(t *testing.T) {
	auto := Policy{Automated: true}
	heal := Policy{Automated: true, SelfHeal: true}
	full := Policy{Automated: true, SelfHeal: true, Prune: true}
	drifted := Compared{Wanted: 3, OutOfSync: 1}
	extra := Compared{Wanted: 3, Prunable: 1}
	done := &Attempt{Target: "t", Succeeded: true, FinishedAt: now.Add(-time.Hour)}
	failed := &Attempt{Target: "t", Message: "boom", FinishedAt: now.Add(-time.Minute)}
	var spent Budget
	for range healBurst {
		spent = spent.Spend(now)
	}

	for _, tt := range []struct {
		name string
		in   Input
		want Step
	}{
		{"by hand, out of sync", Input{Compared: drifted}, Step{Action: Nothing}},
		{"by hand, requested", Input{Requested: true}, Step{Action: Start, Cause: Requested}},
		{"automated, in sync", Input{Policy: full, Compared: Compared{Wanted: 3}}, Step{Action: Nothing}},
		{"automated, never synced", Input{Policy: auto, Compared: drifted}, Step{Action: Start, Cause: NewTarget}},
		{"automated, new target", Input{Policy: full, Compared: drifted, Last: &Attempt{Target: "old", Succeeded: true}},
			Step{Action: Start, Cause: NewTarget, Prune: true}},
		{"new target after a failure at once", Input{Policy: auto, Compared: drifted, Last: &Attempt{Target: "old"}},
			Step{Action: Start, Cause: NewTarget}},
		{"drift without selfHeal", Input{Policy: auto, Compared: drifted, Last: done}, Step{Action: Nothing}},
		{"drift with selfHeal", Input{Policy: heal, Compared: drifted, Last: done}, Step{Action: Start, Cause: Drift}},
		{"drift that healing does not mend", Input{Policy: heal, Last: done,
			Compared: Compared{Wanted: 3, OutOfSync: 1, NoProgress: true}}, Step{Action: Nothing}},
		{"healed too often", Input{Policy: heal, Compared: drifted, Last: done, Healing: spent},
			Step{Action: Wait, Until: now.Add(healRefill)}},
		{"left Git, prune off", Input{Policy: heal, Compared: extra}, Step{Action: Nothing}},
		{"left Git, prune on", Input{Policy: full, Compared: extra}, Step{Action: Start, Cause: NewTarget, Prune: true}},
		{"stale, in sync", Input{Policy: full, Compared: Compared{Wanted: 3, Prunable: 1, Stale: true}}, Step{Action: Nothing}},
		{"stale, drifted", Input{Policy: full, Compared: Compared{Wanted: 3, OutOfSync: 1, Prunable: 1, Stale: true}},
			Step{Action: Start, Cause: Drift}},
		{"failed, no selfHeal", Input{Policy: auto, Compared: drifted, Last: failed},
			Step{Action: Nothing, Problem: "last sync failed: boom"}},
		{"failed, selfHeal", Input{Policy: heal, Compared: drifted, Last: failed},
			Step{Action: Wait, Until: failed.FinishedAt.Add(SlowRetry), Problem: "last sync failed: boom"}},
		{"failed long ago, selfHeal", Input{Policy: heal, Compared: drifted,
			Last: &Attempt{Target: "t", Message: "boom", FinishedAt: now.Add(-time.Hour)}},
			Step{Action: Start, Cause: NewTarget, Problem: "last sync failed: boom"}},
		{"aborted long ago, selfHeal", Input{Policy: heal, Compared: drifted,
			Last: &Attempt{Target: "t", Aborted: true, Message: "boom", FinishedAt: now.Add(-time.Hour)}},
			Step{Action: Nothing, Problem: "last sync failed: boom"}},
		{"new target after an abort", Input{Policy: heal, Compared: drifted, Last: &Attempt{Target: "old", Aborted: true}},
			Step{Action: Start, Cause: NewTarget}},
		{"retry not due", Input{Policy: auto, Running: &Running{Target: "t", Automated: true, NextAt: now.Add(time.Second)}},
			Step{Action: Wait, Until: now.Add(time.Second)}},
		{"retry due", Input{Policy: auto, Running: &Running{Target: "t", Automated: true, NextAt: now}}, Step{Action: Continue}},
		{"waiting for a wave", Input{Running: &Running{Target: "t", Waiting: true, NextAt: now.Add(time.Minute)}},
			Step{Action: Continue}},
		{"retry superseded by a new target", Input{Policy: auto, Compared: drifted,
			Running: &Running{Target: "old", Automated: true, NextAt: now.Add(time.Minute)}},
			Step{Action: Start, Cause: NewTarget}},
		{"a user's retry is not superseded", Input{Policy: auto, Compared: drifted,
			Running: &Running{Target: "old", NextAt: now.Add(time.Minute)}},
			Step{Action: Wait, Until: now.Add(time.Minute)}},
		{"requested while retrying", Input{Requested: true, Running: &Running{Target: "t", NextAt: now.Add(time.Minute)}},
			Step{Action: Start, Cause: Requested}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Now, tt.in.Target = now, "t"
			if diff := cmp.Diff(tt.want, Next(tt.in)); diff != "" {
				t.Errorf("step (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNextNeverWipes(t *testing.T) {
	in := Input{Now: now, Target: "t", Policy: Policy{Automated: true, Prune: true, SelfHeal: true},
		Compared: Compared{Wanted: 0, Prunable: 7}}
	if got := Next(in); got.Action != Nothing || got.Problem == "" {
		t.Errorf("empty manifests: got %+v, want nothing and a problem", got)
	}
	in.Policy.AllowEmpty = true
	if got := Next(in); got.Action != Start || !got.Prune {
		t.Errorf("allowEmpty: got %+v, want a pruning sync", got)
	}
}
