package inventory

import (
	"context"
	"reflect"

	"github.com/fairlead/fairlead/clusters"
)

// update brings what is kept up to the cache; the lock is held.
func (s *Source) update(ctx context.Context) error {
	if !s.loaded {
		return s.load(ctx)
	}
	for d := range s.stale {
		now, err := s.read(ctx, d)
		if err != nil {
			return err // what is stale stays so
		}
		s.fresh[d] = now
		delete(s.stale, d)
	}
	if len(s.fresh) > 0 {
		s.apply()
	}
	return nil
}

// load reads everything; the lock is held.
func (s *Source) load(ctx context.Context) error {
	declared, err := s.readAll(ctx)
	if err != nil {
		return err
	}
	s.declared, s.destinations, s.loaded = declared, nil, true
	clear(s.stale)
	clear(s.fresh)
	s.rebuild()
	return nil
}

// apply takes what was read anew into what is kept. While names clash
// everything is built anew each time, which names all that clash.
func (s *Source) apply() {
	var changed []clusters.Cluster
	var removed []string
	for d, now := range s.fresh {
		was, known := s.declared[d]
		if known == (now != nil) && (!known || reflect.DeepEqual(was, *now)) {
			continue
		}
		if !known || now == nil || !sameDestination(was, *now) {
			s.destinations = nil
		}
		if known {
			delete(s.declared, d)
			if !isImplicit(was) {
				removed = append(removed, was.Name)
			}
		}
		if now != nil {
			s.declared[d] = *now
			if !isImplicit(*now) {
				changed = append(changed, *now)
			}
		}
	}
	clear(s.fresh)
	switch {
	case len(changed)+len(removed) == 0:
	case s.keptErr != nil:
		s.rebuild()
	default:
		if s.kept, s.keptErr = s.kept.With(changed, removed); s.keptErr != nil {
			s.rebuild() // for an error that names all that clash
		}
	}
}

// sameDestination is true when no destination can tell a from b.
func sameDestination(a, b clusters.Cluster) bool {
	return a.Name == b.Name && a.Server == b.Server && a.Project == b.Project && a.Secret == b.Secret && a.Origin == b.Origin
}

// rebuild makes the inventory of everything that is declared.
func (s *Source) rebuild() {
	list := make([]clusters.Cluster, 0, len(s.declared))
	for _, c := range s.declared {
		if !isImplicit(c) {
			list = append(list, c)
		}
	}
	s.kept, s.keptErr = clusters.NewInventory(list)
}
