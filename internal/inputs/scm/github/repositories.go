package github

import (
	"context"
	"fmt"

	api "github.com/google/go-github/v89/github"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// Repositories are those of an organization.
type Repositories struct {
	conn   *forge.Conn
	client *api.Client
	spec   *v1alpha1.SCMProviderGeneratorGithub
}

// NewRepositories lists over conn what spec asks for.
func NewRepositories(conn *forge.Conn, spec *v1alpha1.SCMProviderGeneratorGithub) (*Repositories, error) {
	if err := forge.Plain("organization", spec.Organization); err != nil {
		return nil, err
	}
	client, err := open(conn)
	return &Repositories{conn: conn, client: client, spec: spec}, err
}

// List returns the organization's repositories.
func (r *Repositories) List(ctx context.Context, protocol string) ([]forge.Repository, error) {
	address, err := cloneAddress(protocol)
	if err != nil {
		return nil, err
	}
	id := func(repo *api.Repository) string { return idOf(repo.GetID()) }
	listed, err := list(ctx, r.conn, id, func(ctx context.Context, options api.ListOptions) ([]*api.Repository, *api.Response, error) {
		return r.client.Repositories.ListByOrg(ctx, r.spec.Organization, &api.RepositoryListByOrgOptions{ListOptions: options})
	})
	if err != nil {
		return nil, fmt.Errorf("list the repositories of organization %s: %w", r.spec.Organization, err)
	}
	var out []forge.Repository
	for _, repo := range listed {
		if r.spec.ExcludeArchivedRepos && repo.GetArchived() {
			continue
		}
		out = append(out, forge.Repository{SCMRepository: generators.SCMRepository{
			Organization: repo.GetOwner().GetLogin(),
			Repository:   repo.GetName(),
			RepositoryID: idOf(repo.GetID()),
			URL:          address(repo),
			Branch:       repo.GetDefaultBranch(),
			Labels:       repo.Topics,
		}})
	}
	return out, nil
}

func cloneAddress(protocol string) (func(*api.Repository) string, error) {
	switch protocol {
	case "", "ssh":
		return (*api.Repository).GetSSHURL, nil
	case "https":
		return (*api.Repository).GetCloneURL, nil
	}
	return nil, fmt.Errorf("cloneProtocol %q is neither ssh nor https", protocol)
}

// Branches returns the default branch, or all. A repository without commits has
// none.
func (r *Repositories) Branches(ctx context.Context, repo forge.Repository) ([]forge.Branch, error) {
	if !r.spec.AllBranches {
		branch, err := r.defaultBranch(ctx, repo)
		if forge.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("get branch %s of %s/%s: %w", repo.Branch, repo.Organization, repo.Repository, err)
		}
		return []forge.Branch{branch}, nil
	}
	listed, err := list(ctx, r.conn, (*api.Branch).GetName, func(ctx context.Context, options api.ListOptions) ([]*api.Branch, *api.Response, error) {
		return r.client.Repositories.ListBranches(ctx, repo.Organization, repo.Repository, &api.BranchListOptions{ListOptions: options})
	})
	if err != nil {
		return nil, fmt.Errorf("list the branches of %s/%s: %w", repo.Organization, repo.Repository, err)
	}
	out := make([]forge.Branch, len(listed))
	for i, branch := range listed {
		out[i] = forge.Branch{Name: branch.GetName(), SHA: branch.GetCommit().GetSHA()}
	}
	return out, nil
}

// renames is how many moves of a repository are followed.
const renames = 3

func (r *Repositories) defaultBranch(ctx context.Context, repo forge.Repository) (forge.Branch, error) {
	branch, _, err := r.client.Repositories.GetBranch(ctx, repo.Organization, repo.Repository, repo.Branch, renames)
	if err != nil {
		return forge.Branch{}, r.conn.Err(err)
	}
	return forge.Branch{Name: branch.GetName(), SHA: branch.GetCommit().GetSHA()}, nil
}

// HasPath is true where path is a file or directory at the branch.
func (r *Repositories) HasPath(ctx context.Context, repo forge.Repository, path string) (bool, error) {
	u, err := contents(r.client, repo.Organization, repo.Repository, repo.Branch, path)
	if err != nil {
		return false, err
	}
	return r.conn.Exists(ctx, u)
}
