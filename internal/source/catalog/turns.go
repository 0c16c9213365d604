package catalog

import (
	"context"
	"fmt"
	"sync"

	"github.com/fairlead/fairlead/internal/source"
)

// turns lets one at a time do what has the same key. Its zero value is ready.
type turns struct {
	mu   sync.Mutex
	busy map[string]*turn
}

// turn is a lock that can be given up waiting for.
type turn struct {
	held    chan struct{}
	waiting int // how many have or want it
}

// take waits for the turn of key; done ends it.
func (t *turns) take(ctx context.Context, key string) (done func(), err error) {
	t.mu.Lock()
	if t.busy == nil {
		t.busy = map[string]*turn{}
	}
	own := t.busy[key]
	if own == nil {
		own = &turn{held: make(chan struct{}, 1)}
		t.busy[key] = own
	}
	own.waiting++
	t.mu.Unlock()
	select {
	case own.held <- struct{}{}:
		return func() { <-own.held; t.leave(key, own) }, nil
	case <-ctx.Done():
		t.leave(key, own)
		return nil, fmt.Errorf("%w: another fetch of the same did not end in time", source.ErrUnavailable)
	}
}

// leave forgets a turn that nobody wants any more.
func (t *turns) leave(key string, own *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if own.waiting--; own.waiting == 0 {
		delete(t.busy, key)
	}
}
