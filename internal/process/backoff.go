package process

import "time"

// Backoff grows the wait before each restart from Min to Max by doubling. A
// run that lasted at least Reset starts again from Min.
type Backoff struct {
	Min, Max, Reset time.Duration
}

func (b Backoff) withDefaults() Backoff {
	if b.Min <= 0 {
		b.Min = 200 * time.Millisecond
	}
	if b.Max <= 0 {
		b.Max = 10 * time.Second
	}
	if b.Reset <= 0 {
		b.Reset = 30 * time.Second
	}
	return b
}

// next is the wait after a run that lasted ran, when the wait before that run
// was previous (0 for the first).
func (b Backoff) next(previous, ran time.Duration) time.Duration {
	if previous == 0 || ran >= b.Reset {
		return b.Min
	}
	return min(2*previous, b.Max)
}
