package questions_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	clocktesting "k8s.io/utils/clock/testing"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs"
	"github.com/fairlead/fairlead/internal/inputs/questions"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// host counts what it is asked and answers with the count, or fails.
type host struct {
	mu    sync.Mutex
	asked map[generators.Question]int
	err   error
	hold  chan struct{} // if not nil, answers wait for it
}

func (h *host) Answer(ctx context.Context, q generators.Question) (*generators.Answer, error) {
	h.mu.Lock()
	h.asked[q]++
	n, err, hold := h.asked[q], h.err, h.hold
	h.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	if err != nil {
		return nil, err
	}
	return &generators.Answer{StatusListKey: fmt.Sprint(n)}, nil
}

func (h *host) set(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.err = err
}

func (h *host) count(q generators.Question) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asked[q]
}

func newCache(opts questions.CacheOptions) (*questions.Cache, *host, *clocktesting.FakePassiveClock) {
	clock := clocktesting.NewFakePassiveClock(time.Unix(0, 0))
	opts.Clock = clock
	h := &host{asked: map[generators.Question]int{}}
	return questions.NewCache(h, opts), h, clock
}

var (
	one = generators.Question{Kind: "plugin", Spec: "one"}
	two = generators.Question{Kind: "plugin", Spec: "two"}
)

func answer(t *testing.T, a inputs.Answerer, q generators.Question) string {
	t.Helper()
	got, err := a.Answer(t.Context(), q)
	if err != nil {
		return err.Error()
	}
	return got.StatusListKey
}

func TestAnswersAreSharedUntilTheyAreTooOld(t *testing.T) {
	cache, h, clock := newCache(questions.CacheOptions{})
	minute, hour := cache.For(time.Minute), cache.For(time.Hour)
	for i, step := range []struct {
		after time.Duration
		from  inputs.Answerer
		want  string
	}{
		{0, minute, "1"}, {time.Minute, minute, "1"}, {time.Second, hour, "1"}, {0, minute, "2"},
		{0, hour, "2"}, {time.Hour, hour, "2"}, {1, hour, "3"}, {0, cache.For(0), "4"}, {0, hour, "4"},
	} {
		clock.SetTime(clock.Now().Add(step.after))
		if got := answer(t, step.from, one); got != step.want {
			t.Errorf("step %d: %s, want %s", i, got, step.want)
		}
	}
	if got := answer(t, hour, two); got != "1" || h.count(one) != 4 {
		t.Errorf("another question: %s", got)
	}
}

// A host that is down is asked after 10 s, 20 s, 40 s and so on up to 5 min.
func TestFailuresStandLongerAndLonger(t *testing.T) {
	cache, h, clock := newCache(questions.CacheOptions{})
	h.set(errors.New("down"))
	a := cache.For(time.Hour)
	asked := 0
	for _, wait := range []time.Duration{10, 20, 40, 80, 160, 300, 300} {
		wait *= time.Second
		if got := answer(t, a, one); got != "down" {
			t.Fatal(got)
		}
		asked++
		clock.SetTime(clock.Now().Add(wait - 1))
		if got := answer(t, a, one); got != "down" || h.count(one) != asked {
			t.Errorf("%s: asked %d times before %s", got, h.count(one), wait)
		}
		clock.SetTime(clock.Now().Add(1))
	}
	h.set(nil)
	if got := answer(t, a, one); got != "8" {
		t.Error(got)
	}
	h.set(errors.New("down"))
	if got := answer(t, cache.For(0), one); got != "down" {
		t.Error(got)
	}
	clock.SetTime(clock.Now().Add(10 * time.Second))
	h.set(nil)
	if got := answer(t, a, one); got != "10" {
		t.Errorf("after a success the first wait is short again: %s", got)
	}
}

type throttled time.Duration

func (t throttled) Error() string             { return "throttled" }
func (t throttled) RetryAfter() time.Duration { return time.Duration(t) }

func TestAThrottlingHostSaysHowLong(t *testing.T) {
	for after, want := range map[time.Duration]time.Duration{
		time.Second: 10 * time.Second, 20 * time.Minute: 20 * time.Minute, 48 * time.Hour: time.Hour,
	} {
		cache, h, clock := newCache(questions.CacheOptions{})
		h.set(fmt.Errorf("list: %w", throttled(after)))
		a := cache.For(0)
		answer(t, a, one)
		clock.SetTime(clock.Now().Add(want - 1))
		answer(t, a, one)
		if n := h.count(one); n != 1 {
			t.Errorf("%s: asked %d times before %s", after, n, want)
		}
		clock.SetTime(clock.Now().Add(1))
		answer(t, a, one)
		if n := h.count(one); n != 2 {
			t.Errorf("%s: asked %d times after %s", after, n, want)
		}
	}
}

// Events make a cache forget answers, but not that a host wants its rest.
func TestForget(t *testing.T) {
	cache, h, _ := newCache(questions.CacheOptions{})
	a := cache.For(time.Hour)
	answer(t, a, one)
	answer(t, a, two)
	cache.Forget(func(q generators.Question) bool { return q.Spec == "one" })
	if answer(t, a, one) != "2" || answer(t, a, two) != "1" {
		t.Error("the wrong answers were forgotten")
	}
	h.set(errors.New("down"))
	answer(t, cache.For(0), one)
	cache.Forget(func(generators.Question) bool { return true })
	if got := answer(t, a, one); got != "down" || h.count(one) != 3 {
		t.Errorf("%s after %d", got, h.count(one))
	}
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	for name, opts := range map[string]questions.CacheOptions{"questions": {MaxQuestions: 2}, "bytes": {MaxBytes: 700}} {
		cache, h, _ := newCache(opts)
		a := cache.For(time.Hour)
		three := generators.Question{Spec: "three"}
		for _, q := range []generators.Question{one, two, one, three, one} {
			answer(t, a, q)
		}
		if h.count(one) != 1 {
			t.Errorf("%s: what was used last was dropped", name)
		}
		answer(t, a, two)
		if h.count(two) != 2 {
			t.Errorf("%s: everything was kept", name)
		}
	}
}
