package webhook

import (
	"context"
	"sync"

	"github.com/fairlead/fairlead/internal/hub/webhook/payload"
)

// batches write events with equal keys together: while one write is under way,
// those that come wait for the next, which has all of them.
type batches struct {
	write func(context.Context, payload.Event) error

	mu    sync.Mutex
	lines map[string]*line
}

// line is what waits for one key.
type line struct {
	busy bool
	next *batch
}

type batch struct {
	event payload.Event
	done  chan struct{}
	err   error
}

// post returns when a write that has the event has ended. A caller that goes
// away leaves its event in.
func (b *batches) post(ctx context.Context, e payload.Event) error {
	mine := b.join(ctx, e)
	select {
	case <-mine.done:
		return mine.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *batches) join(ctx context.Context, e payload.Event) *batch {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := e.Key()
	l := b.lines[key]
	if l == nil {
		if b.lines == nil {
			b.lines = map[string]*line{}
		}
		l = &line{}
		b.lines[key] = l
	}
	if l.next == nil {
		l.next = &batch{event: e, done: make(chan struct{})}
	} else {
		l.next.event = l.next.event.Merge(e)
	}
	mine := l.next
	if !l.busy {
		l.busy = true
		go b.serve(context.WithoutCancel(ctx), key, l)
	}
	return mine
}

// serve writes batch after batch until none waits.
func (b *batches) serve(ctx context.Context, key string, l *line) {
	for {
		b.mu.Lock()
		now := l.next
		l.next = nil
		if now == nil {
			delete(b.lines, key)
			b.mu.Unlock()
			return
		}
		b.mu.Unlock()
		now.err = b.write(ctx, now.event)
		close(now.done)
	}
}
