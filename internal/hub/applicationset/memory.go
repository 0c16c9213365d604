package applicationset

import (
	"container/list"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/inputs"
)

// maxRows bounds the rows of all sets that are remembered. A row of a template
// of thirteen expressions takes 2.6 KiB (measured over 10,000), so this is
// about 640 MiB in a fleet that has so many. A set that is forgotten is expanded
// from nothing when it is next looked at.
const maxRows = 250_000

// warm is what is remembered of a set from one look to the next.
type warm struct {
	uid        types.UID
	generation int64
	expansion  *inputs.Warm
	// rejected and duplicates are all of the last expansion's.
	rejected   map[expand.Origin]expand.Row
	duplicates map[string]expand.Duplicate
	// staying are Applications that no row gives and that are not deleted yet:
	// they are looked at each time.
	staying map[string]bool
	rows    int
	// due is when everything is asked and expanded again.
	due time.Time
}

// fits is true if nothing but clusters and Applications may have changed.
func (w *warm) fits(set *v1alpha1.ApplicationSet, why cause, now time.Time) bool {
	return w != nil && w.uid == set.UID && w.generation == set.Generation && now.Before(w.due) &&
		!why.anew && !why.whole && !why.nothing()
}

// stays remembers which Applications no row gives and are there still.
func (w *warm) stays(plan Plan, leaving []*v1alpha1.Application) {
	w.staying = map[string]bool{}
	for _, name := range plan.Waiting {
		w.staying[name] = true
	}
	for _, app := range leaving {
		w.staying[app.Name] = true // until its event says that it has gone
	}
	for _, change := range plan.Changes {
		if change.Live == nil {
			w.rows++
		}
	}
}

// memory remembers sets, those that were looked at last.
type memory struct {
	mu    sync.Mutex
	limit int
	rows  int
	order *list.List // of *entry, latest first
	sets  map[types.NamespacedName]*list.Element
}

type entry struct {
	key types.NamespacedName
	*warm
}

func newMemory(limit int) *memory {
	return &memory{limit: limit, order: list.New(), sets: map[types.NamespacedName]*list.Element{}}
}

// take removes what is remembered of a set, nil for nothing. Whoever takes it
// puts it back unless something went wrong: then the next look begins anew.
func (m *memory) take(key types.NamespacedName) *warm {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.sets[key]
	if !ok {
		return nil
	}
	return m.remove(at)
}

// serves is true if a set is remembered and not due.
func (m *memory) serves(key types.NamespacedName, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.sets[key]
	return ok && now.Before(at.Value.(*entry).due)
}

// put remembers a set and forgets others if there are too many rows.
func (m *memory) put(key types.NamespacedName, w *warm) {
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
func (m *memory) remove(at *list.Element) *warm {
	e := m.order.Remove(at).(*entry)
	delete(m.sets, e.key)
	m.rows -= e.rows
	return e.warm
}

// size is how many rows are remembered.
func (m *memory) size() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rows
}
