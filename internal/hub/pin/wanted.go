package pin

import (
	"cmp"
	"slices"
)

// Wanted lists the Refs that are kept fresh, sorted.
func (r *Resolver) Wanted() []Ref {
	r.mu.Lock()
	defer r.mu.Unlock()
	refs := make([]Ref, 0, len(r.wanted))
	for ref := range r.wanted {
		refs = append(refs, ref)
	}
	slices.SortFunc(refs, func(a, b Ref) int {
		return cmp.Or(cmp.Compare(a.RepoURL, b.RepoURL), cmp.Compare(a.Revision, b.Revision))
	})
	return refs
}
