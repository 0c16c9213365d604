package pin

import (
	"slices"

	"github.com/fairlead/fairlead/internal/source"
)

// Wanted lists the Refs that are kept fresh, sorted.
func (r *Resolver) Wanted() []Ref {
	return r.wantedWhere(func(Ref) bool { return true })
}

// WantedOfGit lists those of Git repositories.
func (r *Resolver) WantedOfGit() []Ref {
	return r.wantedWhere(func(ref Ref) bool { return ref.Kind == source.KindGit })
}

func (r *Resolver) wantedWhere(is func(Ref) bool) []Ref {
	r.mu.Lock()
	defer r.mu.Unlock()
	refs := make([]Ref, 0, len(r.wanted))
	for ref := range r.wanted {
		if is(ref) {
			refs = append(refs, ref)
		}
	}
	slices.SortFunc(refs, compareRefs)
	return refs
}
