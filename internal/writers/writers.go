// Package writers divides what the hub's loops may write to the API server at
// one time: fairly among the sets, and what can wait behind what cannot.
package writers

import (
	"context"
	"sync"
)

const (
	// all bounds the writes of all sets at one time: enough to keep an API
	// server busy, few enough that it still gets to serve its watches. With 64
	// on two cores it closed the hub's own as unresponsive every second.
	all = 24
	// aside is how much may be written in the background, and asideCrowded how
	// much while the sets use at least half of their writers. Ten thousand new
	// Applications stand sooner if their first statuses do not contend with
	// them, and the first of them are delivered while the last are written.
	aside, asideCrowded = 8, 1
)

// Writers divides the writers: each set that has something to write may use an
// equal part of them, and all of them while it is alone.
type Writers struct {
	mu         sync.Mutex
	freed      *sync.Cond
	total      int
	inUse      map[any]int // by set, for those that write
	background int         // in use beside them
}

// New returns writers for one API server.
func New() *Writers { return of(all) }

func of(total int) *Writers {
	w := &Writers{total: total, inUse: map[any]int{}}
	w.freed = sync.NewCond(&w.mu)
	return w
}

// Enter announces that set has something to write; leave takes it back.
func (w *Writers) Enter(set any) (leave func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inUse[set] = 0
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.inUse, set)
		w.freed.Broadcast()
	}
}

// Take waits for one of set's writers; false if ctx ended. Only sets that have
// entered ask, each from one goroutine.
func (w *Writers) Take(ctx context.Context, set any) bool {
	return w.await(ctx, func() bool {
		if w.inUse[set] >= max(1, w.total/len(w.inUse)) {
			return false
		}
		w.inUse[set]++
		return true
	})
}

// Give returns one of set's writers.
func (w *Writers) Give(set any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inUse[set]--
	w.freed.Broadcast()
}

// Aside waits for a writer in the background; done returns it. It is an error
// if ctx ended before there was one.
func (w *Writers) Aside(ctx context.Context) (done func(), err error) {
	ok := w.await(ctx, func() bool {
		limit := aside
		if w.crowded() {
			limit = asideCrowded
		}
		if w.background >= limit {
			return false
		}
		w.background++
		return true
	})
	if !ok {
		return nil, ctx.Err()
	}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.background--
		w.freed.Broadcast()
	}, nil
}

func (w *Writers) crowded() bool {
	sum := 0
	for _, n := range w.inUse {
		sum += n
	}
	return sum >= w.total/2
}

// await tries until try succeeds or ctx ends. Every writer that is given back
// wakes it; the end of ctx does so too.
func (w *Writers) await(ctx context.Context, try func() bool) bool {
	defer context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.freed.Broadcast()
	})()
	w.mu.Lock()
	defer w.mu.Unlock()
	for ctx.Err() == nil {
		if try() {
			return true
		}
		w.freed.Wait()
	}
	return false
}
