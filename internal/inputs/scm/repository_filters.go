package scm

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// repositoryFilters are split by the stage that they are applied at. A filter
// without conditions belongs to neither.
type repositoryFilters struct {
	repository, branch []repositoryFilter
}

// repositoryFilter matches where all of its conditions hold.
type repositoryFilter struct {
	repository, label, branch *regexp.Regexp
	exist, absent             []string
}

func compileRepositoryFilters(specs []v1alpha1.SCMProviderGeneratorFilter) (repositoryFilters, error) {
	var out repositoryFilters
	for i, spec := range specs {
		filter := repositoryFilter{exist: spec.PathsExist, absent: spec.PathsDoNotExist}
		err := compileAll(i, []pattern{
			{"repositoryMatch", spec.RepositoryMatch, &filter.repository},
			{"labelMatch", spec.LabelMatch, &filter.label},
			{"branchMatch", spec.BranchMatch, &filter.branch},
		})
		switch {
		case err != nil:
			return out, err
		case filter.branch != nil || spec.PathsExist != nil || spec.PathsDoNotExist != nil:
			out.branch = append(out.branch, filter)
		case filter.repository != nil || filter.label != nil:
			out.repository = append(out.repository, filter)
		}
	}
	return out, nil
}

// pattern is a regular expression of a filter, and where it is compiled to.
type pattern struct {
	field  string
	source *string
	into   **regexp.Regexp
}

func compileAll(filter int, patterns []pattern) error {
	for _, p := range patterns {
		if p.source == nil {
			continue
		}
		compiled, err := regexp.Compile(*p.source)
		if err != nil {
			return fmt.Errorf("filters[%d].%s: %w", filter, p.field, err)
		}
		*p.into = compiled
	}
	return nil
}

// keep applies the filters of the first stage.
func (f repositoryFilters) keep(repo forge.Repository) bool {
	return len(f.repository) == 0 || slices.ContainsFunc(f.repository, func(filter repositoryFilter) bool {
		return filter.matchesNames(repo)
	})
}

// keepBranch applies the filters of the second stage to repo at its Branch.
func (f repositoryFilters) keepBranch(ctx context.Context, at repositories, repo forge.Repository) (bool, error) {
	if len(f.branch) == 0 {
		return true, nil
	}
	known := map[string]bool{}
	for _, filter := range f.branch {
		if !filter.matchesNames(repo) {
			continue
		}
		matches, err := filter.matchesPaths(ctx, at, repo, known)
		if matches || err != nil {
			return matches, err
		}
	}
	return false, nil
}

func (f repositoryFilter) matchesNames(repo forge.Repository) bool {
	return (f.repository == nil || f.repository.MatchString(repo.Repository)) &&
		(f.branch == nil || f.branch.MatchString(repo.Branch)) &&
		(f.label == nil || slices.ContainsFunc(repo.Labels, f.label.MatchString))
}

// matchesPaths asks the provider for what is not known yet.
func (f repositoryFilter) matchesPaths(ctx context.Context, at repositories, repo forge.Repository, known map[string]bool) (bool, error) {
	has := func(path string) (bool, error) {
		path = strings.TrimRight(path, "/")
		if path == "" {
			return true, nil // the root of a branch
		}
		if found, asked := known[path]; asked {
			return found, nil
		}
		found, err := at.HasPath(ctx, repo, path)
		if err != nil {
			return false, fmt.Errorf("look for %s in %s/%s at %s: %w", path, repo.Organization, repo.Repository, repo.Branch, err)
		}
		known[path] = found
		return found, nil
	}
	for _, path := range f.exist {
		if found, err := has(path); !found || err != nil {
			return false, err
		}
	}
	for _, path := range f.absent {
		if found, err := has(path); found || err != nil {
			return false, err
		}
	}
	return true, nil
}
