package questions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fairlead/fairlead/generators"
)

// asking is one question on its way. It outlives the caller that began it as
// long as another waits, and ends when none does.
type asking struct {
	entry   *entry
	end     context.CancelFunc
	waiting int // guarded by the cache

	done   chan struct{} // closed when the rest is set
	answer *generators.Answer
	err    error
}

// begin asks in the background. The cache is locked.
func (c *Cache) begin(ctx context.Context, e *entry, at time.Time) *asking {
	ctx, end := context.WithTimeout(context.WithoutCancel(ctx), c.opts.Timeout)
	a := &asking{entry: e, end: end, done: make(chan struct{})}
	go func() {
		defer end()
		answer, err := c.ask(ctx, e.question)
		c.finish(a, at, answer, err)
	}()
	return a
}

// ask turns what must not end the process into an error.
func (c *Cache) ask(ctx context.Context, q generators.Question) (answer *generators.Answer, err error) {
	defer func() {
		if caught := recover(); caught != nil {
			answer, err = nil, fmt.Errorf("asking panicked: %v", caught)
		}
	}()
	answer, err = c.to.Answer(ctx, q)
	if answer == nil && err == nil {
		err = errors.New("there was neither an answer nor an error")
	}
	return answer, err
}

// leave says that a caller no longer waits. The last one takes the question
// with it, so that no one joins it while it ends.
func (c *Cache) leave(a *asking) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.waiting--; a.waiting > 0 {
		return
	}
	a.end()
	if a.entry.asking == a {
		a.entry.asking = nil
	}
}

// finish gives the outcome to who waits and keeps it, unless the question was
// forgotten or given up meanwhile.
func (c *Cache) finish(a *asking, at time.Time, answer *generators.Answer, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(a.done) // last: who waits must find what was kept
	e := a.entry
	a.answer, a.err = answer, err
	current := e.asking == a
	if current {
		e.asking = nil
	}
	switch {
	case err != nil && a.waiting == 0: // given up: it says nothing of the host
	case err != nil:
		c.fail(e, err)
	case current:
		e.answer, e.at, e.err, e.failures = answer, at, nil, 0
		c.kept.resize(e, weigh(answer))
	}
}

// fail keeps an error until the question may be asked again. A host that is
// forgotten about meanwhile still wants its rest.
func (c *Cache) fail(e *entry, err error) {
	wait := c.opts.FirstRetry
	for range e.failures {
		wait = min(2*wait, c.opts.LastRetry)
	}
	var throttled interface{ RetryAfter() time.Duration }
	if errors.As(err, &throttled) {
		wait = max(wait, min(throttled.RetryAfter(), maxRetryAfter))
	}
	e.failures = min(e.failures+1, 32)
	e.err, e.answer = err, nil
	e.retry = c.opts.Clock.Now().Add(wait)
	c.kept.resize(e, 0)
}
