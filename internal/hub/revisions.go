package hub

import (
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/hub/pin"
)

// revisions is the Resolver as the set loop sees it.
type revisions struct{ *pin.Resolver }

func (r revisions) Follow(owner string, repositories []expand.Repository) {
	refs := make([]pin.Ref, 0, len(repositories))
	for _, repo := range repositories {
		refs = append(refs, pin.GitRef(repo.URL, repo.Revision))
	}
	r.Want(owner, refs)
}
