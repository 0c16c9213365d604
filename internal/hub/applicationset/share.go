package applicationset

import (
	"context"
	"sync"
)

// allWriters bounds the writes of all sets at one time: enough to keep an API
// server busy, few enough that its own fairness stays in charge.
const allWriters = 64

// shares divides the writers fairly: each set that has something to write may
// use an equal part of them, and all of them while it is alone.
type shares struct {
	mu    sync.Mutex
	freed *sync.Cond
	total int
	inUse map[any]int // by set, for those that write
}

func newShares(total int) *shares {
	s := &shares{total: total, inUse: map[any]int{}}
	s.freed = sync.NewCond(&s.mu)
	return s
}

// enter announces that set has something to write; leave takes it back.
func (s *shares) enter(set any) (leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inUse[set] = 0
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.inUse, set)
		s.freed.Broadcast()
	}
}

// take waits for one of set's writers; false if ctx ended. Only sets that have
// entered ask, each from one goroutine.
func (s *shares) take(ctx context.Context, set any) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ctx.Err() == nil {
		if s.inUse[set] < max(1, s.total/len(s.inUse)) {
			s.inUse[set]++
			return true
		}
		s.freed.Wait()
	}
	return false
}

// give returns one of set's writers.
func (s *shares) give(set any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inUse[set]--
	s.freed.Broadcast()
}
