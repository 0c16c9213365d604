package agent_test

import (
	"testing"
	"time"

	clocks "k8s.io/utils/clock/testing"
)

// newLeaper is a clock that runs as the real one does until the test ends, and
// leaps with Step.
func newLeaper(t *testing.T) *clocks.FakeClock {
	c := clocks.NewFakeClock(time.Now())
	ended := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for last := time.Now(); ; {
			select {
			case <-ended:
				return
			case now := <-tick.C:
				c.Step(now.Sub(last))
				last = now
			}
		}
	}()
	t.Cleanup(func() { close(ended); <-stopped })
	return c
}
