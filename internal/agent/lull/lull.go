package lull

import (
	"context"
	"sync/atomic"
	"time"

	"k8s.io/utils/clock"
)

// After is how long nothing must have happened.
const After = 10 * time.Second

// Lull waits for work to cease. Make it with [New].
type Lull struct {
	clock   clock.WithTicker
	release func()
	// stirred since the last release; last is when, in nanoseconds since 1970.
	stirred chan struct{}
	last    atomic.Int64
}

// New calls release, such as [runtime/debug.FreeOSMemory], once after every spell of work.
func New(c clock.WithTicker, release func()) *Lull {
	return &Lull{clock: c, release: release, stirred: make(chan struct{}, 1)}
}

// Stir says that something happens. It does not block.
func (l *Lull) Stir() {
	l.last.Store(l.clock.Now().UnixNano())
	select {
	case l.stirred <- struct{}{}:
	default:
	}
}

// Run until ctx ends.
func (l *Lull) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.stirred:
		}
		if !l.calm(ctx) {
			return
		}
		l.release()
	}
}

// calm waits until nothing has happened for After; false if ctx ended before.
func (l *Lull) calm(ctx context.Context) bool {
	for {
		rest := After - l.clock.Since(time.Unix(0, l.last.Load()))
		if rest <= 0 {
			break
		}
		timer := l.clock.NewTimer(rest)
		select {
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-timer.C():
		}
	}
	// What stirred in between is in last, and was waited for.
	select {
	case <-l.stirred:
	default:
	}
	return true
}
