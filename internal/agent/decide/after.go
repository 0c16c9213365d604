package decide

import (
	"math"
	"strconv"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// waitingCheck is how soon a wait for health is looked at again when no watch
// event comes first.
const waitingCheck = 15 * time.Second

// Outcome of one attempt.
type Outcome struct {
	// Failed: an object was refused, or the sync could not run.
	Failed bool
	// Waiting: nothing failed, a wave is not healthy yet.
	Waiting bool
	// Retries made so far in this operation.
	Retries int64
	// Retry strategy of the operation.
	Retry v1alpha1.RetryStrategy
}

// Verdict on one attempt.
type Verdict struct {
	// Phase of the operation now.
	Phase v1alpha1.OperationPhase
	// NextAt is when another attempt is due, while Phase is Running.
	NextAt time.Time
	// Counts: the next attempt is a retry, not the end of a wait.
	Counts bool
}

// After judges an attempt that ended now.
func After(o Outcome, now time.Time) Verdict {
	switch {
	case o.Waiting && !o.Failed:
		return Verdict{Phase: v1alpha1.OperationRunning, NextAt: now.Add(waitingCheck)}
	case !o.Failed:
		return Verdict{Phase: v1alpha1.OperationSucceeded}
	case o.Retry.Limit < 0 || o.Retries < o.Retry.Limit:
		return Verdict{Phase: v1alpha1.OperationRunning, NextAt: now.Add(Backoff(o.Retry.Backoff, o.Retries)), Counts: true}
	default:
		return Verdict{Phase: v1alpha1.OperationFailed}
	}
}

// Backoff is the wait before retry n, counted from 0: duration x factor^n, at
// most maxDuration. What cannot be read counts as absent, so that one odd
// duration stops nothing.
func Backoff(b *v1alpha1.Backoff, n int64) time.Duration {
	first, limit := v1alpha1.DefaultSyncRetryDuration, v1alpha1.DefaultSyncRetryMaxDuration
	factor := v1alpha1.DefaultSyncRetryFactor
	if b != nil {
		first = duration(b.Duration, first)
		limit = duration(b.MaxDuration, limit)
		if b.Factor != nil && *b.Factor > 0 {
			factor = *b.Factor
		}
	}
	wait := float64(first) * math.Pow(float64(factor), float64(n))
	if wait > float64(limit) {
		return limit
	}
	return time.Duration(wait)
}

// duration reads "2m30s" or a plain number of seconds.
func duration(text string, absent time.Duration) time.Duration {
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d
	}
	if s, err := strconv.ParseInt(text, 10, 32); err == nil && s > 0 {
		return time.Duration(s) * time.Second
	}
	return absent
}
