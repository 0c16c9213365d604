package gitea

import (
	"context"
	"fmt"

	api "code.gitea.io/sdk/gitea"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// Repositories are those of an organization.
type Repositories struct {
	conn *forge.Conn
	spec *v1alpha1.SCMProviderGeneratorGitea
}

// NewRepositories lists over conn what spec asks for.
func NewRepositories(conn *forge.Conn, spec *v1alpha1.SCMProviderGeneratorGitea) (*Repositories, error) {
	return &Repositories{conn: conn, spec: spec}, forge.Name("owner", spec.Owner)
}

// List returns the organization's repositories that have commits, with their
// labels for issues, as Argo CD does. An https address is the one of the web
// page.
func (r *Repositories) List(ctx context.Context, protocol string) ([]forge.Repository, error) {
	address, err := cloneAddress(protocol)
	if err != nil {
		return nil, err
	}
	id := func(repo *api.Repository) string { return idOf(repo.ID) }
	listed, err := list(ctx, r.conn, id, func(client *api.Client, options api.ListOptions) ([]*api.Repository, *api.Response, error) {
		return client.ListOrgRepos(r.spec.Owner, api.ListOrgReposOptions{ListOptions: options})
	})
	if err != nil {
		return nil, fmt.Errorf("list the repositories of organization %s: %w", r.spec.Owner, err)
	}
	var out []forge.Repository
	for _, repo := range listed {
		if repo.Empty || r.spec.ExcludeArchivedRepos && repo.Archived {
			continue
		}
		out = append(out, forge.Repository{SCMRepository: generators.SCMRepository{
			Organization: r.spec.Owner,
			Repository:   repo.Name,
			RepositoryID: idOf(repo.ID),
			URL:          address(repo),
			Branch:       repo.DefaultBranch,
		}})
	}
	err = forge.Each(ctx, len(out), r.conn.Limits.Concurrency, func(ctx context.Context, i int) error {
		labels, err := r.labels(ctx, out[i].Repository)
		out[i].Labels = labels
		return err
	})
	return out, err
}

func (r *Repositories) labels(ctx context.Context, repository string) ([]string, error) {
	id := func(label *api.Label) string { return idOf(label.ID) }
	listed, err := list(ctx, r.conn, id, func(client *api.Client, options api.ListOptions) ([]*api.Label, *api.Response, error) {
		return client.ListRepoLabels(r.spec.Owner, repository, api.ListLabelsOptions{ListOptions: options})
	})
	if err != nil {
		return nil, fmt.Errorf("list the labels of %s/%s: %w", r.spec.Owner, repository, err)
	}
	names := make([]string, len(listed))
	for i, label := range listed {
		names[i] = label.Name
	}
	return names, nil
}

func cloneAddress(protocol string) (func(*api.Repository) string, error) {
	switch protocol {
	case "", "ssh":
		return func(repo *api.Repository) string { return repo.SSHURL }, nil
	case "https":
		return func(repo *api.Repository) string { return repo.HTMLURL }, nil
	}
	return nil, fmt.Errorf("cloneProtocol %q is neither ssh nor https", protocol)
}

// Branches returns the default branch, or all.
func (r *Repositories) Branches(ctx context.Context, repo forge.Repository) ([]forge.Branch, error) {
	if !r.spec.AllBranches {
		client, err := open(ctx, r.conn)
		if err != nil {
			return nil, err
		}
		branch, _, err := client.GetRepoBranch(r.spec.Owner, repo.Repository, repo.Branch)
		if err != nil {
			return nil, fmt.Errorf("get branch %s of %s/%s: %w", repo.Branch, r.spec.Owner, repo.Repository, r.conn.Err(err))
		}
		return []forge.Branch{{Name: repo.Branch, SHA: shaOf(branch)}}, nil
	}
	name := func(branch *api.Branch) string { return branch.Name }
	listed, err := list(ctx, r.conn, name, func(client *api.Client, options api.ListOptions) ([]*api.Branch, *api.Response, error) {
		return client.ListRepoBranches(r.spec.Owner, repo.Repository, api.ListRepoBranchesOptions{ListOptions: options})
	})
	if err != nil {
		return nil, fmt.Errorf("list the branches of %s/%s: %w", r.spec.Owner, repo.Repository, err)
	}
	out := make([]forge.Branch, len(listed))
	for i, branch := range listed {
		out[i] = forge.Branch{Name: branch.Name, SHA: shaOf(branch)}
	}
	return out, nil
}

func shaOf(branch *api.Branch) string {
	if branch.Commit == nil {
		return ""
	}
	return branch.Commit.ID
}

// HasPath is true where path is a file or directory at the branch.
func (r *Repositories) HasPath(ctx context.Context, repo forge.Repository, path string) (bool, error) {
	u, err := contents(r.conn, r.spec.Owner, repo.Repository, repo.Branch, path)
	if err != nil {
		return false, err
	}
	return r.conn.Exists(ctx, u)
}
