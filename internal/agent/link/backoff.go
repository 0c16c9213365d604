package link

import (
	"math/rand/v2"
	"time"
)

// Backoff is the wait between two attempts to connect: it doubles from First
// to Max, each time a random half to whole of it, so that ten thousand agents
// do not come back at once.
type Backoff struct {
	First, Max time.Duration
	// Steady is how long a session must last to begin again with First.
	Steady time.Duration
}

// defaultBackoff is 0.5 s to 30 s; a session of 30 s counts as steady.
var defaultBackoff = Backoff{First: 500 * time.Millisecond, Max: 30 * time.Second, Steady: 30 * time.Second}

func (b Backoff) withDefaults() Backoff {
	if b.First <= 0 {
		b.First = defaultBackoff.First
	}
	if b.Max <= 0 {
		b.Max = defaultBackoff.Max
	}
	if b.Steady <= 0 {
		b.Steady = defaultBackoff.Steady
	}
	return b
}

// Wait before attempt n, counted from 0.
func (b Backoff) Wait(n int) time.Duration {
	b = b.withDefaults()
	wait := b.Max
	if n < 16 {
		wait = min(b.Max, b.First<<n)
	}
	return wait/2 + rand.N(wait/2+1)
}
