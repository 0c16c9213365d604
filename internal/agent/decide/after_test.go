package decide

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestAfter(t *testing.T) {
	limit := func(n int64) v1alpha1.RetryStrategy { return v1alpha1.RetryStrategy{Limit: n} }
	for _, tt := range []struct {
		name string
		in   Outcome
		want Verdict
	}{
		{"done", Outcome{}, Verdict{Phase: v1alpha1.OperationSucceeded}},
		{"waiting", Outcome{Waiting: true}, Verdict{Phase: v1alpha1.OperationRunning, NextAt: now.Add(waitingCheck)}},
		{"failed, no retry", Outcome{Failed: true}, Verdict{Phase: v1alpha1.OperationFailed}},
		{"failed, first retry", Outcome{Failed: true, Retry: limit(2)},
			Verdict{Phase: v1alpha1.OperationRunning, NextAt: now.Add(5 * time.Second), Counts: true}},
		{"failed, last retry", Outcome{Failed: true, Retries: 2, Retry: limit(2)}, Verdict{Phase: v1alpha1.OperationFailed}},
		{"failed, no limit", Outcome{Failed: true, Retries: 100, Retry: limit(-1)},
			Verdict{Phase: v1alpha1.OperationRunning, NextAt: now.Add(3 * time.Minute), Counts: true}},
		{"a failure outweighs a wait", Outcome{Failed: true, Waiting: true}, Verdict{Phase: v1alpha1.OperationFailed}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, After(tt.in, now)); diff != "" {
				t.Errorf("verdict (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBackoff(t *testing.T) {
	three := int64(3)
	for _, tt := range []struct {
		name string
		in   *v1alpha1.Backoff
		n    int64
		want time.Duration
	}{
		{"default first", nil, 0, 5 * time.Second},
		{"default third", nil, 2, 20 * time.Second},
		{"default capped", nil, 500, 3 * time.Minute},
		{"own", &v1alpha1.Backoff{Duration: "1s", Factor: &three, MaxDuration: "8s"}, 1, 3 * time.Second},
		{"own capped", &v1alpha1.Backoff{Duration: "1s", Factor: &three, MaxDuration: "8s"}, 2, 8 * time.Second},
		{"plain seconds", &v1alpha1.Backoff{Duration: "7"}, 0, 7 * time.Second},
		{"nonsense counts as absent", &v1alpha1.Backoff{Duration: "soon", MaxDuration: "-1s"}, 0, 5 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Backoff(tt.in, tt.n); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestBudgetRefills(t *testing.T) {
	var b Budget
	for range healBurst {
		b = b.Spend(now)
	}
	if b.Allows(now) {
		t.Error("allows more than its burst")
	}
	if later := now.Add(3 * healRefill); !b.Allows(later) || b.Spend(later).Spend(later).Spend(later).Allows(later) {
		t.Error("wants exactly three more after three refills")
	}
}
