package questions

import (
	"context"
	"sync"
	"time"

	"k8s.io/utils/clock"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs"
)

// CacheOptions bound a Cache. The zero value is usable.
type CacheOptions struct {
	Clock clock.PassiveClock // nil: the real one
	// MaxQuestions and MaxBytes bound what is kept; what was least recently
	// used goes first. 0 means 10,000 and 256 MiB (an estimate).
	MaxQuestions, MaxBytes int
	// FirstRetry is how long a failed question is not asked again, doubled by
	// each further failure up to LastRetry. 0 means 10 s and 5 min. Where the
	// error has the method RetryAfter() time.Duration that counts if it is
	// longer, up to an hour.
	FirstRetry, LastRetry time.Duration
	// Timeout of one question; 0 means 5 min.
	Timeout time.Duration
}

const maxRetryAfter = time.Hour

func (o CacheOptions) withDefaults() CacheOptions {
	if o.Clock == nil {
		o.Clock = clock.RealClock{}
	}
	setDefault(&o.MaxQuestions, 10_000)
	setDefault(&o.MaxBytes, 256<<20)
	setDefault(&o.FirstRetry, 10*time.Second)
	setDefault(&o.LastRetry, 5*time.Minute)
	setDefault(&o.Timeout, 5*time.Minute)
	return o
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Cache keeps answers and shares them between sets. It is safe for concurrent
// use.
type Cache struct {
	to   inputs.Answerer
	opts CacheOptions

	mu   sync.Mutex
	kept store
}

// NewCache keeps what to answers.
func NewCache(to inputs.Answerer, opts CacheOptions) *Cache {
	opts = opts.withDefaults()
	return &Cache{to: to, opts: opts, kept: newStore(opts.MaxQuestions, opts.MaxBytes)}
}

// For gives answers that were asked for at most maxAge ago, 0 meaning now. A
// question that is being asked is joined; one that failed a short while ago
// fails again with the same error.
func (c *Cache) For(maxAge time.Duration) inputs.Answerer { return aged{c, maxAge} }

// Forget drops the answers to the questions that match, as an event says that
// they may be different now. Answers on their way are given to who waits for
// them and are not kept. Failures still stand until their time is over: events
// must not drive a host that is down or throttles.
func (c *Cache) Forget(match func(generators.Question) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept.each(func(e *entry) {
		if match(e.question) {
			e.answer, e.asking = nil, nil
			c.kept.resize(e, 0)
		}
	})
}

type aged struct {
	cache  *Cache
	maxAge time.Duration
}

// Answer looks up a question or asks it.
func (a aged) Answer(ctx context.Context, q generators.Question) (*generators.Answer, error) {
	asking, answer, err := a.cache.look(ctx, q, a.maxAge)
	if asking == nil {
		return answer, err
	}
	select {
	case <-asking.done:
		return asking.answer, asking.err
	case <-ctx.Done():
		a.cache.leave(asking)
		return nil, context.Cause(ctx)
	}
}

// look finds what is known of a question; if it is not enough, it joins who is
// asking or begins to ask.
func (c *Cache) look(ctx context.Context, q generators.Question, maxAge time.Duration) (*asking, *generators.Answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.opts.Clock.Now()
	e := c.kept.use(q)
	switch {
	case e.answer != nil && maxAge > 0 && now.Sub(e.at) <= maxAge:
		return nil, e.answer, nil
	case e.err != nil && now.Before(e.retry):
		return nil, nil, e.err
	case e.asking == nil:
		e.asking = c.begin(ctx, e, now)
	}
	e.asking.waiting++
	return e.asking, nil, nil
}
