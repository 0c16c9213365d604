package pin

import "sync"

// turns shares questions among those who would ask the same at one time: one
// about a Ref is under way, and at most one waits for its end.
type turns struct {
	mu        sync.Mutex
	now, next map[Ref]*turn
}

type turn struct {
	ask    func() Resolution
	begun  bool
	done   chan struct{} // closed when answer is there
	answer Resolution
}

func newTurns() *turns { return &turns{now: map[Ref]*turn{}, next: map[Ref]*turn{}} }

// join takes part in a question about ref, or begins one. A fresh one begins
// after the call: what was pushed before it is in the answer.
func (t *turns) join(ref Ref, fresh bool, ask func() Resolution) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now[ref]
	switch {
	case now == nil:
		now = &turn{ask: ask, done: make(chan struct{})}
		t.now[ref] = now
		go t.take(ref, now)
		return now
	case !fresh || !now.begun:
		return now
	case t.next[ref] == nil:
		t.next[ref] = &turn{ask: ask, done: make(chan struct{})}
	}
	return t.next[ref]
}

// take asks now, and then what waits for its end.
func (t *turns) take(ref Ref, now *turn) {
	for now != nil {
		t.mu.Lock()
		now.begun = true
		t.mu.Unlock()

		now.answer = now.ask()

		t.mu.Lock()
		close(now.done)
		if now = t.next[ref]; now == nil {
			delete(t.now, ref)
		} else {
			t.now[ref] = now
			delete(t.next, ref)
		}
		t.mu.Unlock()
	}
}
