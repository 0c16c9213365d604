package drift

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/cache"

	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/health"
)

// sink takes the events of one kind and keeps a record per object. It stands
// where a reflector wants a store.
type sink struct {
	gvk    schema.GroupVersionKind
	notify func(Change)
	// rules of health in force.
	rules func() *health.Rules
	// synced is closed when the first list is in.
	synced chan struct{}
	once   sync.Once

	mu      sync.RWMutex
	records map[name]record
}

// name of an object within its kind.
type name struct{ namespace, name string }

var _ cache.ReflectorStore = (*sink)(nil)

func newSink(gvk schema.GroupVersionKind, rules func() *health.Rules, notify func(Change)) *sink {
	return &sink{gvk: gvk, rules: rules, notify: notify, synced: make(chan struct{}), records: map[name]record{}}
}

func (s *sink) Add(obj any) error    { return s.put(obj) }
func (s *sink) Update(obj any) error { return s.put(obj) }
func (s *sink) Resync() error        { return nil }

func (s *sink) put(obj any) error {
	o, err := accessor(obj)
	if err != nil {
		return err
	}
	n, r := name{o.GetNamespace(), o.GetName()}, recordOf(o, s.rules())
	s.mu.Lock()
	last, known := s.records[n]
	s.records[n] = r
	s.mu.Unlock()
	s.tell(n, last, known, r)
	return nil
}

func (s *sink) Delete(obj any) error {
	o, err := accessor(obj)
	if err != nil {
		return err
	}
	n := name{o.GetNamespace(), o.GetName()}
	s.mu.Lock()
	_, known := s.records[n]
	delete(s.records, n)
	s.mu.Unlock()
	if known {
		s.notify(Change{Ref: s.ref(n), Gone: true})
	}
	return nil
}

// Replace takes a whole list: at the start, and after a watch could not be
// continued.
func (s *sink) Replace(objs []any, _ string) error {
	next := make(map[name]record, len(objs))
	for _, obj := range objs {
		o, err := accessor(obj)
		if err != nil {
			return err
		}
		next[name{o.GetNamespace(), o.GetName()}] = recordOf(o, s.rules())
	}
	s.mu.Lock()
	last := s.records
	s.records = next
	s.mu.Unlock()
	s.once.Do(func() { close(s.synced) })
	for n, r := range next {
		before, known := last[n]
		s.tell(n, before, known, r)
	}
	for n := range last {
		if _, still := next[n]; !still {
			s.notify(Change{Ref: s.ref(n), Gone: true})
		}
	}
	return nil
}

func (s *sink) tell(n name, last record, known bool, now record) {
	switch {
	case !known || last.Signature != now.Signature || last.UID != now.UID:
		s.notify(Change{Ref: s.ref(n)})
	case last.Health != now.Health || !slices.Equal(last.urls, now.urls):
		s.notify(Change{Ref: s.ref(n), StatusOnly: true})
	}
}

// inherit what the watch before showed, so that nothing seems gone while this
// one lists.
func (s *sink) inherit(before *sink) {
	before.mu.RLock()
	defer before.mu.RUnlock()
	if before.isSynced() {
		s.records = maps.Clone(before.records)
		s.once.Do(func() { close(s.synced) })
	}
}

func (s *sink) get(n name) (record, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, found := s.records[n]
	return r, found
}

func (s *sink) isSynced() bool {
	select {
	case <-s.synced:
		return true
	default:
		return false
	}
}

func (s *sink) ref(n name) apply.Ref {
	return apply.Ref{Group: s.gvk.Group, Version: s.gvk.Version, Kind: s.gvk.Kind, Namespace: n.namespace, Name: n.name}
}

func accessor(obj any) (metav1.Object, error) {
	if tombstone, ok := obj.(cache.DeletedFinalStateUnknown); ok {
		obj = tombstone.Obj
	}
	o, ok := obj.(metav1.Object)
	if !ok {
		return nil, fmt.Errorf("watch gave a %T, not an object", obj)
	}
	return o, nil
}
