package inputs

import (
	"cmp"
	"context"
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

// Answerer answers the questions of generators: about repositories, pull
// requests, plugins and placements. What it returns is not changed.
type Answerer interface {
	Answer(ctx context.Context, q generators.Question) (*generators.Answer, error)
}

// Providers are what inputs are fetched with.
type Providers struct {
	Git Git
	// Questions may be nil where none can be answered.
	Questions Answerer
}

// Options bound what is gathered, and say how to expand.
type Options struct {
	Expand expand.Options
	// MaxEntries bounds the files and directories of one repository; 0 means
	// 50,000.
	MaxEntries int
	// MaxQuestions bounds what one set asks: a plugin is asked once per row of
	// the legs before it. 0 means 10,000.
	MaxQuestions int
	// Parallel questions of one set; 0 means 8.
	Parallel int
}

func (o Options) withDefaults() Options {
	o.MaxEntries = cmp.Or(o.MaxEntries, 50_000)
	o.MaxQuestions = cmp.Or(o.MaxQuestions, 10_000)
	o.Parallel = cmp.Or(o.Parallel, 8)
	return o
}

// Gather expands set over base and over what the generators turn out to need.
// An error means that an input could not be had; Result.Err that a generator
// failed on its inputs. Either way the set keeps what it has.
//
// The number of rounds is bounded by the longest chain of generators that
// depend on each other.
func Gather(ctx context.Context, set *v1alpha1.ApplicationSet, base expand.Inputs, p Providers, opts Options) (expand.Result, error) {
	opts = opts.withDefaults()
	in := base
	in.Repositories = maps.Clone(base.Repositories)
	if in.Repositories == nil {
		in.Repositories = map[expand.Repository]*generators.Tree{}
	}
	in.Answers = maps.Clone(base.Answers)
	if in.Answers == nil {
		in.Answers = map[expand.Question]*generators.Answer{}
	}
	rounds := chain(set.Spec.Generators)
	for range rounds + 1 {
		result := expand.Expand(set, in, opts.Expand)
		if result.Err != nil || len(result.Missing) == 0 {
			return result, nil
		}
		if err := fetchAll(ctx, result.Missing, in, p, opts); err != nil {
			return expand.Result{}, err
		}
	}
	return expand.Result{}, fmt.Errorf("the set still lacks inputs after %d rounds of fetching", rounds)
}

// fetch reads one revision of a repository and lists it.
func fetch(ctx context.Context, repo expand.Repository, git Git, maxEntries int) (*generators.Tree, error) {
	if git == nil {
		return nil, fmt.Errorf("fetch %s: no Git repositories are available here", repo)
	}
	if generators.HoldsPassword(repo.URL) {
		return nil, fmt.Errorf("repository %s: its URL holds a password; put credentials in a Secret instead", repo)
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
