package questions_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs"
	"github.com/fairlead/fairlead/internal/inputs/questions"
)

func TestEqualQuestionsAtOnceAskOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cache, h, _ := newCache(questions.CacheOptions{})
		h.hold = make(chan struct{})
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				if got := answer(t, cache.For(0), one); got != "1" {
					t.Error(got)
				}
			})
		}
		synctest.Wait()
		close(h.hold)
		group.Wait()
	})
}

// A caller that gives up takes nobody with it; the last one ends the question,
// and that is held against no one.
func TestCallersThatGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cache, h, _ := newCache(questions.CacheOptions{})
		h.hold = make(chan struct{})
		begin := func() (context.CancelFunc, chan error) {
			ctx, cancel := context.WithCancel(t.Context())
			out := make(chan error, 1)
			go func() {
				_, err := cache.For(time.Hour).Answer(ctx, one)
				out <- err
			}()
			synctest.Wait()
			return cancel, out
		}
		cancelFirst, first := begin()
		cancelSecond, second := begin()
		cancelFirst()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		synctest.Wait()
		if len(second) != 0 {
			t.Error("the second gave up too")
		}
		cancelSecond()
		if err := <-second; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		synctest.Wait()
		close(h.hold)
		if got := answer(t, cache.For(time.Hour), one); got != "2" {
			t.Error(got)
		}
	})
}

// Nobody joins a question that was given up, however long it takes to end.
func TestAQuestionThatWasGivenUpIsAskedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{asked: map[generators.Question]int{}, hold: make(chan struct{})}
		cache := questions.NewCache(deaf{h}, questions.CacheOptions{})
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() {
			if _, err := cache.For(0).Answer(ctx, one); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		synctest.Wait()
		cancel()
		group.Wait()
		group.Go(func() {
			if got := answer(t, cache.For(0), one); got != "2" {
				t.Errorf("got %s", got)
			}
		})
		synctest.Wait()
		close(h.hold)
		group.Wait()
	})
}

// deaf does not hear that it should end.
type deaf struct{ to inputs.Answerer }

func (d deaf) Answer(ctx context.Context, q generators.Question) (*generators.Answer, error) {
	return d.to.Answer(context.WithoutCancel(ctx), q)
}

// An answer that was asked for before an event goes to who waits for it; who
// asks after the event gets a new one, and that one is kept.
func TestForgetWhileAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cache, h, _ := newCache(questions.CacheOptions{})
		h.hold = make(chan struct{})
		a := cache.For(time.Hour)
		var before, after string
		go func() { before = answer(t, a, one) }()
		synctest.Wait()
		cache.Forget(func(generators.Question) bool { return true })
		go func() { after = answer(t, a, one) }()
		synctest.Wait()
		close(h.hold)
		synctest.Wait()
		if before != "1" || after != "2" || answer(t, a, one) != "2" {
			t.Errorf("before %s, after %s, then %s", before, after, answer(t, a, one))
		}
	})
}

type panicking struct{}

func (panicking) Answer(context.Context, generators.Question) (*generators.Answer, error) {
	panic("boom")
}

type silent struct{}

func (silent) Answer(context.Context, generators.Question) (*generators.Answer, error) {
	return nil, nil
}

func TestAnAnswererThatBreaksIsAFailure(t *testing.T) {
	for want, broken := range map[string]inputs.Answerer{"asking panicked: boom": panicking{}, "neither an answer": silent{}} {
		got := answer(t, questions.NewCache(broken, questions.CacheOptions{}).For(time.Hour), one)
		if !strings.Contains(got, want) {
			t.Errorf("%s; want %s", got, want)
		}
	}
}

// Many sets, questions, events and failures at once, for the race detector.
func TestCacheUnderLoad(t *testing.T) {
	h := &host{asked: map[generators.Question]int{}}
	cache := questions.NewCache(h, questions.CacheOptions{MaxQuestions: 10, FirstRetry: time.Nanosecond, LastRetry: time.Nanosecond})
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 300 {
				q := generators.Question{Spec: fmt.Sprint((i * (worker + 1)) % 20)}
				switch i % 50 {
				case 10:
					h.set(errors.New("down"))
				case 11:
					h.set(nil)
				case 12:
					cache.Forget(func(other generators.Question) bool { return other == q })
				case 13:
					ctx, cancel := context.WithCancel(t.Context())
					cancel()
					_, _ = cache.For(0).Answer(ctx, q) // gives up at once, or is told
				}
				if got, err := cache.For(time.Duration(i%3)).Answer(t.Context(), q); err == nil && got == nil {
					t.Error("neither an answer nor an error")
				}
			}
		})
	}
	group.Wait()
}
