package gitlab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	api "gitlab.com/gitlab-org/api/client-go/v2"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// Repositories are the projects of a group.
type Repositories struct {
	conn   *forge.Conn
	client *api.Client
	spec   *v1alpha1.SCMProviderGeneratorGitlab
}

// NewRepositories lists over conn what spec asks for.
func NewRepositories(conn *forge.Conn, spec *v1alpha1.SCMProviderGeneratorGitlab) (*Repositories, error) {
	if strings.Trim(spec.Group, "/") == "" {
		return nil, errors.New("group is empty: name one by number or path")
	}
	client, err := open(conn)
	return &Repositories{conn: conn, client: client, spec: spec}, err
}

// List returns the group's projects. Without includeArchivedRepos only those
// that are not archived are asked for.
func (r *Repositories) List(ctx context.Context, protocol string) ([]forge.Repository, error) {
	address, err := cloneAddress(protocol)
	if err != nil {
		return nil, err
	}
	options := r.options()
	id := func(project *api.Project) string { return idOf(project.ID) }
	listed, err := list(ctx, r.conn, id, func(page api.ListOptions, request api.RequestOptionFunc) ([]*api.Project, *api.Response, error) {
		options.ListOptions = page
		return r.client.Groups.ListGroupProjects(r.spec.Group, &options, request)
	})
	if err != nil {
		return nil, fmt.Errorf("list the projects of group %s: %w", r.spec.Group, err)
	}
	var out []forge.Repository
	for _, project := range listed {
		labels := project.Topics
		if len(labels) == 0 {
			//lint:ignore SA1019 GitLab before 14.5 has no topics
			labels = project.TagList
		}
		repo := generators.SCMRepository{
			Repository:   project.Path,
			RepositoryID: idOf(project.ID),
			URL:          address(project),
			Branch:       project.DefaultBranch,
			Labels:       labels,
		}
		if project.Namespace != nil {
			repo.Organization = project.Namespace.FullPath
		}
		out = append(out, forge.Repository{SCMRepository: repo, Key: repo.RepositoryID})
	}
	return out, nil
}

func (r *Repositories) options() api.ListGroupProjectsOptions {
	shared := r.spec.IncludeSharedProjects == nil || *r.spec.IncludeSharedProjects
	options := api.ListGroupProjectsOptions{IncludeSubGroups: &r.spec.IncludeSubgroups, WithShared: &shared}
	if r.spec.Topic != "" {
		options.Topic = &r.spec.Topic
	}
	// The API takes the absence of this parameter for both, true for the
	// archived alone.
	if !r.spec.IncludeArchivedRepos {
		options.Archived = new(bool)
	}
	return options
}

func cloneAddress(protocol string) (func(*api.Project) string, error) {
	switch protocol {
	case "", "ssh":
		return func(p *api.Project) string { return p.SSHURLToRepo }, nil
	case "https":
		return func(p *api.Project) string { return p.HTTPURLToRepo }, nil
	}
	return nil, fmt.Errorf("cloneProtocol %q is neither ssh nor https", protocol)
}

// Branches returns the default branch, or all. A project without commits has
// none.
func (r *Repositories) Branches(ctx context.Context, repo forge.Repository) ([]forge.Branch, error) {
	if !r.spec.AllBranches {
		if repo.Branch == "" {
			return nil, nil
		}
		branch, _, err := r.client.Branches.GetBranch(repo.Key, repo.Branch, api.WithContext(ctx))
		if forge.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("get branch %s of %s/%s: %w", repo.Branch, repo.Organization, repo.Repository, r.conn.Err(err))
		}
		return []forge.Branch{of(branch)}, nil
	}
	name := func(branch *api.Branch) string { return branch.Name }
	listed, err := list(ctx, r.conn, name, func(page api.ListOptions, request api.RequestOptionFunc) ([]*api.Branch, *api.Response, error) {
		return r.client.Branches.ListBranches(repo.Key, &api.ListBranchesOptions{ListOptions: page}, request)
	})
	if forge.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the branches of %s/%s: %w", repo.Organization, repo.Repository, err)
	}
	out := make([]forge.Branch, len(listed))
	for i, branch := range listed {
		out[i] = of(branch)
	}
	return out, nil
}

func of(branch *api.Branch) forge.Branch {
	out := forge.Branch{Name: branch.Name}
	if branch.Commit != nil {
		out.SHA = branch.Commit.ID
	}
	return out
}

// HasPath is true where path is a file, or a directory that has entries, at
// the branch.
func (r *Repositories) HasPath(ctx context.Context, repo forge.Repository, path string) (bool, error) {
	if _, err := forge.Path(path); err != nil {
		return false, err
	}
	file, err := inProject(r.client, repo.Key, "files/"+url.PathEscape(path), url.Values{"ref": {repo.Branch}})
	if err != nil {
		return false, err
	}
	if found, err := r.conn.Exists(ctx, file); found || err != nil {
		return found, err
	}
	tree, err := inProject(r.client, repo.Key, "tree", url.Values{"ref": {repo.Branch}, "path": {path}})
	if err != nil {
		return false, err
	}
	var entries []json.RawMessage
	_, err = r.conn.Get(ctx, tree, &entries)
	if forge.IsNotFound(err) {
		return false, nil
	}
	return len(entries) > 0, err
}
