package cases

import (
	"context"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/inputs"
	"github.com/fairlead/fairlead/internal/policy"
)

// Projects are the AppProjects of a setup by name. Where they are nil, every
// project exists that is asked for.
type Projects map[string]*v1alpha1.AppProject

// Find finds a project; see policy.Projects.
func (p Projects) Find(name string) (*v1alpha1.AppProject, bool) {
	if p == nil {
		return &v1alpha1.AppProject{}, true
	}
	project, ok := p[name]
	return project, ok
}

// guard lets a set read Git only if its project exists: Argo CD looks the
// project up before it reads a repository, unless its name is templated.
func (p Projects) guard(set *v1alpha1.ApplicationSet, git inputs.Git) inputs.Git {
	spec := &set.Spec.Template.Spec
	if git == nil || strings.Contains(spec.Project, "{{") {
		return git
	}
	return guarded{git, policy.CheckProject(spec, p.Find)}
}

// guarded is a Git of which nothing resolves while err is set.
type guarded struct {
	inputs.Git
	err error
}

// Resolve refuses what the project does not cover.
func (g guarded) Resolve(ctx context.Context, repoURL, revision string) (string, error) {
	if g.err != nil {
		return "", g.err
	}
	return g.Git.Resolve(ctx, repoURL, revision)
}
