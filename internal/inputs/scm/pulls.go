package scm

import (
	"cmp"
	"context"
	"regexp"
	"slices"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// pulls is what a provider answers about the pull requests of a repository.
type pulls interface {
	List(ctx context.Context) ([]generators.PullRequest, error)
}

// listPulls returns the pull requests that one of the filters matches.
func listPulls(ctx context.Context, at pulls, spec *v1alpha1.PullRequestGenerator) ([]generators.PullRequest, error) {
	filters, err := compilePullFilters(spec.Filters)
	if err != nil {
		return nil, err
	}
	listed, err := at.List(ctx)
	if spec.ContinueOnRepoNotFoundError && forge.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(filters) > 0 {
		listed = slices.DeleteFunc(listed, func(pull generators.PullRequest) bool {
			return !slices.ContainsFunc(filters, func(filter pullFilter) bool { return filter.matches(pull) })
		})
	}
	slices.SortFunc(listed, func(a, b generators.PullRequest) int { return cmp.Compare(a.Number, b.Number) })
	return listed, nil
}

// pullFilter matches where all of its conditions hold.
type pullFilter struct {
	branch, target, title *regexp.Regexp
}

func compilePullFilters(specs []v1alpha1.PullRequestGeneratorFilter) ([]pullFilter, error) {
	out := make([]pullFilter, len(specs))
	for i, spec := range specs {
		err := compileAll(i, []pattern{
			{"branchMatch", spec.BranchMatch, &out[i].branch},
			{"targetBranchMatch", spec.TargetBranchMatch, &out[i].target},
			{"titleMatch", spec.TitleMatch, &out[i].title},
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (f pullFilter) matches(pull generators.PullRequest) bool {
	return (f.branch == nil || f.branch.MatchString(pull.Branch)) &&
		(f.target == nil || f.target.MatchString(pull.TargetBranch)) &&
		(f.title == nil || f.title.MatchString(pull.Title))
}
