package catalog

import (
	"context"

	"github.com/fairlead/fairlead/internal/source"
)

// repositories makes Git one house among others.
type repositories struct {
	git *source.Git
}

// Resolve implements house.
func (r repositories) Resolve(ctx context.Context, spec source.Spec) (source.Pin, error) {
	commit, tag, err := r.git.ResolveTag(ctx, spec.RepoURL, spec.TagPrefix, spec.Revision)
	if err != nil {
		return source.Pin{}, err
	}
	return source.Pin{Spec: spec, Revision: commit, Name: tag}, nil
}

// Fetch implements house.
func (r repositories) Fetch(ctx context.Context, pin source.Pin) (source.Content, error) {
	tree, err := r.git.Fetch(ctx, source.Request{
		RepoURL: pin.Spec.RepoURL, Revision: pin.Spec.Revision, TagPrefix: pin.Spec.TagPrefix, Commit: pin.Revision,
	})
	if err != nil {
		return source.Content{}, err
	}
	return source.Content{FS: tree, Revision: tree.Commit}, nil
}
