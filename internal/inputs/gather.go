package inputs

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/source"
)

// Git reads repositories. *source.Git is one.
type Git interface {
	// Resolve says which commit a revision means now.
	Resolve(ctx context.Context, repoURL, revision string) (commit string, err error)
	// Fetch reads the tree of that commit.
	Fetch(ctx context.Context, req source.Request) (*source.Tree, error)
}

// Providers are what inputs are fetched with.
type Providers struct{ Git Git }

// Options bound what is gathered, and say how to expand.
type Options struct {
	Expand expand.Options
	// MaxEntries bounds the files and directories of one repository; 0 means
	// 50,000.
	MaxEntries int
}

const defaultMaxEntries = 50_000

// Gather expands set over base and over what the generators turn out to need.
// An error means that an input could not be had; Result.Err that a generator
// failed on its inputs. Either way the set keeps what it has.
//
// The number of rounds is bounded by the longest chain of generators that
// depend on each other.
func Gather(ctx context.Context, set *v1alpha1.ApplicationSet, base expand.Inputs, p Providers, opts Options) (expand.Result, error) {
	if opts.MaxEntries == 0 {
		opts.MaxEntries = defaultMaxEntries
	}
	in := base
	in.Repositories = maps.Clone(base.Repositories)
	if in.Repositories == nil {
		in.Repositories = map[expand.Repository]*generators.Tree{}
	}
	rounds := chain(set.Spec.Generators)
	for range rounds + 1 {
		result := expand.Expand(set, in, opts.Expand)
		if result.Err != nil || len(result.Missing) == 0 {
			return result, nil
		}
		if err := fetchAll(ctx, result.Missing, in, p.Git, opts.MaxEntries); err != nil {
			return expand.Result{}, err
		}
	}
	return expand.Result{}, fmt.Errorf("the set still lacks inputs after %d rounds of fetching", rounds)
}

// fetchAll adds every requested repository to in. All failures are reported.
func fetchAll(ctx context.Context, missing []expand.Request, in expand.Inputs, git Git, maxEntries int) error {
	var errs []error
	for _, request := range missing {
		tree, err := fetch(ctx, request.Repository, git, maxEntries)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		in.Repositories[request.Repository] = tree
	}
	return errors.Join(errs...)
}

// fetch reads one revision of a repository and lists it.
func fetch(ctx context.Context, repo expand.Repository, git Git, maxEntries int) (*generators.Tree, error) {
	if git == nil {
		return nil, fmt.Errorf("fetch %s: no Git repositories are available here", repo)
	}
	commit, err := git.Resolve(ctx, repo.URL, repo.Revision)
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", repo, err)
	}
	tree, err := git.Fetch(ctx, source.Request{RepoURL: repo.URL, Revision: repo.Revision, Commit: commit})
	if err != nil {
		return nil, fmt.Errorf("fetch %s at %s: %w", repo, commit, err)
	}
	listed, err := List(ctx, tree, maxEntries)
	if err != nil {
		return nil, fmt.Errorf("list %s at %s: %w", repo, commit, err)
	}
	listed.Commit = commit
	return listed, nil
}
