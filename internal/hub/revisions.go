package hub

import (
	"context"

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

// Current asks the repository now: who asks about a revision has often just
// pushed it.
func (r revisions) Current(ctx context.Context, repoURL, revision string) (string, error) {
	res := r.Refresh(ctx, pin.GitRef(repoURL, revision))
	if res.Err != nil {
		return "", res.Err
	}
	return res.Pin.Revision, nil
}
