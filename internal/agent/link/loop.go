package link

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/utils/clock"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Desired takes in what the hub says.
type Desired interface {
	// Have is what is held, for the hub to compare with.
	Have() delivery.Have
	// Take keeps an answer, on disk first, and acts upon it. An error ends the
	// session, and the answer is asked for again.
	Take(ctx context.Context, answer *deliveryv1.WatchResponse) error
}

// Loop keeps one session open.
type Loop struct {
	Hub     Hub
	Desired Desired
	Outbox  *Outbox
	// Queries may be nil: then none is answered.
	Queries Queries
	Logger  logr.Logger
	Clock   clock.WithTicker
	// Backoff between attempts; zero fields are 0.5 s, 30 s and 30 s.
	Backoff Backoff

	connected atomic.Bool
}

// Connected tells whether a session is open.
func (l *Loop) Connected() bool { return l.connected.Load() }

// Run connects, and connects again, until ctx ends.
func (l *Loop) Run(ctx context.Context) {
	steady := l.Backoff.withDefaults().Steady
	for failures := 0; ctx.Err() == nil; {
		lasted, err := l.session(ctx)
		if ctx.Err() != nil {
			return
		}
		if lasted >= steady {
			failures = 0
		}
		wait := l.Backoff.Wait(failures)
		failures++
		l.tell(err, wait)
		sleep(ctx, l.Clock, wait)
	}
}

// session opens one session and serves it to its end; it returns how long the
// session was open.
func (l *Loop) session(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := l.Hub.Watch(ctx, l.Desired.Have())
	if err != nil {
		return 0, err
	}
	defer s.Close()
	opened := l.Clock.Now()
	l.connected.Store(true)
	defer l.connected.Store(false)
	l.Logger.Info("connected to the hub")

	l.Outbox.attach(s)
	defer l.Outbox.detach(s)
	for {
		answer, err := s.Next()
		if err == nil {
			err = l.take(ctx, s, answer)
		}
		if err != nil {
			return l.Clock.Since(opened), err
		}
	}
}

func (l *Loop) tell(err error, wait time.Duration) {
	switch {
	case err == nil || errors.Is(err, io.EOF):
		l.Logger.Info("the hub ended the session; connecting again", "in", wait.String())
	case delivery.Refused(err):
		l.Logger.Error(err, "the hub does not accept this agent; it keeps healing what it has, and tries again", "in", wait.String())
	default:
		l.Logger.Info("the hub cannot be reached; healing goes on", "reason", err.Error(), "retryIn", wait.String())
	}
}

func sleep(ctx context.Context, c clock.Clock, d time.Duration) {
	t := c.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C():
	}
}
