package outlook

import (
	"container/list"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// maxRows bounds the rows of all sets that are remembered. A row of a template
// of thirteen expressions takes 2.6 KiB (measured over 10,000), so this is
// about 640 MiB in a fleet that has so many. A set that is forgotten is expanded
// from nothing when it is next looked at.
const maxRows = 250_000

// Memory remembers sets, those that were looked at last.
type Memory struct {
	mu    sync.Mutex
	limit int
	rows  int
	order *list.List // of *entry, latest first
	sets  map[types.NamespacedName]*list.Element
}

type entry struct {
	key types.NamespacedName
	*Warm
}

// NewMemory remembers sets of so many rows together.
func NewMemory(limit int) *Memory {
	return &Memory{limit: limit, order: list.New(), sets: map[types.NamespacedName]*list.Element{}}
}

// Take removes what is remembered of a set, nil for nothing. Whoever takes it
// puts it back unless something went wrong: then the next look begins anew.
func (m *Memory) Take(key types.NamespacedName) *Warm {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.sets[key]
	if !ok {
		return nil
	}
	return m.remove(at)
}

// Serves is true if a set is remembered and not due.
func (m *Memory) Serves(key types.NamespacedName, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.sets[key]
	return ok && now.Before(at.Value.(*entry).Due)
}

// Put remembers a set and forgets others if there are too many rows.
func (m *Memory) Put(key types.NamespacedName, w *Warm) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at, ok := m.sets[key]; ok {
		m.remove(at)
	}
	m.sets[key] = m.order.PushFront(&entry{key, w})
	m.rows += w.rows
	for m.rows > m.limit {
		m.remove(m.order.Back())
	}
}

// remove one; the lock is held.
func (m *Memory) remove(at *list.Element) *Warm {
	e := m.order.Remove(at).(*entry)
	delete(m.sets, e.key)
	m.rows -= e.rows
	return e.Warm
}

// size is how many rows are remembered.
func (m *Memory) size() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rows
}
