package scm

import (
	"cmp"
	"context"
	"slices"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// repositories is what a provider answers about repositories.
type repositories interface {
	// List returns all with their default branch and the address for protocol.
	List(ctx context.Context, protocol string) ([]forge.Repository, error)
	// Branches of a listed repository that are asked for; none is no error.
	Branches(ctx context.Context, repo forge.Repository) ([]forge.Branch, error)
	// HasPath says whether path, without a slash at its end, exists at
	// repo.Branch.
	HasPath(ctx context.Context, repo forge.Repository, path string) (bool, error)
}

// listRepositories applies the filters that name no branch or path to the
// repositories, then the others to the branches of what is left, as Argo CD
// does. At each of both stages one matching filter is enough.
func listRepositories(ctx context.Context, at repositories, spec *v1alpha1.SCMProviderGenerator, concurrency int) ([]generators.SCMRepository, error) {
	filters, err := compileRepositoryFilters(spec.Filters)
	if err != nil {
		return nil, err
	}
	listed, err := at.List(ctx, spec.CloneProtocol)
	if err != nil {
		return nil, err
	}
	listed = slices.DeleteFunc(listed, func(repo forge.Repository) bool { return !filters.keep(repo) })
	kept := make([][]generators.SCMRepository, len(listed))
	err = forge.Each(ctx, len(listed), concurrency, func(ctx context.Context, i int) error {
		var err error
		kept[i], err = keptBranches(ctx, at, listed[i], filters)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := slices.Concat(kept...)
	slices.SortFunc(out, func(a, b generators.SCMRepository) int {
		return cmp.Or(cmp.Compare(a.Organization, b.Organization), cmp.Compare(a.Repository, b.Repository),
			cmp.Compare(a.Branch, b.Branch), cmp.Compare(a.RepositoryID, b.RepositoryID))
	})
	return out, nil
}

// keptBranches are the branches of one repository that the filters keep.
func keptBranches(ctx context.Context, at repositories, repo forge.Repository, filters repositoryFilters) ([]generators.SCMRepository, error) {
	branches, err := at.Branches(ctx, repo)
	if err != nil {
		return nil, err
	}
	var out []generators.SCMRepository
	for _, branch := range branches {
		repo.Branch, repo.SHA = branch.Name, branch.SHA
		keep, err := filters.keepBranch(ctx, at, repo)
		if err != nil {
			return nil, err
		}
		if keep {
			out = append(out, repo.SCMRepository)
		}
	}
	return out, nil
}
