package azuredevops

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// Repositories are those of a team project.
type Repositories struct {
	conn *forge.Conn
	spec *v1alpha1.SCMProviderGeneratorAzureDevOps
}

// NewRepositories lists over conn what spec asks for.
func NewRepositories(conn *forge.Conn, spec *v1alpha1.SCMProviderGeneratorAzureDevOps) (*Repositories, error) {
	if err := forge.Name("organization", spec.Organization); err != nil {
		return nil, err
	}
	return &Repositories{conn: conn, spec: spec}, forge.Name("teamProject", spec.TeamProject)
}

type repository struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	DefaultBranch string `json:"defaultBranch"`
	RemoteURL     string `json:"remoteUrl"`
	Disabled      bool   `json:"isDisabled"`
}

const heads = "refs/heads/"

// List returns the project's repositories that have a default branch and are
// not disabled. The service gives them all at once. Their addresses are https
// ones, whatever the protocol, as Argo CD has them.
func (r *Repositories) List(ctx context.Context, _ string) ([]forge.Repository, error) {
	id := func(repo repository) string { return repo.ID }
	listed, err := forge.List(ctx, r.conn.Limits, id, func(ctx context.Context, _ string) (forge.Page[repository], error) {
		var answer listing[repository]
		_, err := r.conn.Get(ctx, r.at("repositories", url.Values{}), &answer)
		return pageOf(answer, "", err)
	})
	if err != nil {
		return nil, fmt.Errorf("list the repositories of project %s/%s: %w", r.spec.Organization, r.spec.TeamProject, err)
	}
	var out []forge.Repository
	for _, repo := range listed {
		if repo.ID == "" || repo.Name == "" || repo.DefaultBranch == "" || repo.RemoteURL == "" || repo.Disabled {
			continue
		}
		out = append(out, forge.Repository{Key: repo.ID, SCMRepository: generators.SCMRepository{
			Organization: r.spec.Organization,
			Repository:   repo.Name,
			RepositoryID: repo.ID,
			URL:          repo.RemoteURL,
			Branch:       strings.TrimPrefix(repo.DefaultBranch, heads),
			Labels:       []string{},
		}})
	}
	return out, nil
}

func (r *Repositories) at(path string, query url.Values) *url.URL {
	return at(r.conn, r.spec.Organization, r.spec.TeamProject, path, query)
}

func pageOf[T any](answer listing[T], next string, err error) (forge.Page[T], error) {
	if err != nil {
		return forge.Page[T]{}, err
	}
	if answer.Value == nil {
		return forge.Page[T]{}, errors.New("the answer is no listing: check api")
	}
	return forge.Page[T]{Items: *answer.Value, Next: next}, nil
}

type ref struct {
	Name     string `json:"name"`
	ObjectID string `json:"objectId"`
}

// Branches returns the default branch, or all.
func (r *Repositories) Branches(ctx context.Context, repo forge.Repository) ([]forge.Branch, error) {
	filter := "heads/"
	if !r.spec.AllBranches {
		filter += repo.Branch
	}
	refs, err := r.refs(ctx, repo, filter)
	if forge.IsKind(err, kindNoRepository) {
		return nil, nil // deleted or disabled since it was listed
	}
	if err != nil {
		return nil, fmt.Errorf("list the branches of %s/%s: %w", r.spec.TeamProject, repo.Repository, err)
	}
	var out []forge.Branch
	for _, one := range refs {
		name := strings.TrimPrefix(one.Name, heads)
		if r.spec.AllBranches || name == repo.Branch {
			out = append(out, forge.Branch{Name: name, SHA: one.ObjectID})
		}
	}
	if len(out) == 0 && !r.spec.AllBranches {
		return nil, fmt.Errorf("%s/%s has no branch %s, which is its default: set another", r.spec.TeamProject, repo.Repository, repo.Branch)
	}
	return out, nil
}

// refs lists by prefix: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/refs/list.
func (r *Repositories) refs(ctx context.Context, repo forge.Repository, filter string) ([]ref, error) {
	name := func(one ref) string { return one.Name }
	return forge.List(ctx, r.conn.Limits, name, func(ctx context.Context, token string) (forge.Page[ref], error) {
		query := url.Values{"filter": {filter}, "$top": {"1000"}}
		if token != "" {
			query.Set("continuationToken", token)
		}
		var answer listing[ref]
		headers, err := r.conn.Get(ctx, r.at("repositories/"+url.PathEscape(repo.Key)+"/refs", query), &answer)
		return pageOf(answer, headers.Get("X-Ms-Continuationtoken"), err)
	})
}

// HasPath is true where path is a file or directory at the branch.
func (r *Repositories) HasPath(ctx context.Context, repo forge.Repository, path string) (bool, error) {
	if _, err := forge.Path(path); err != nil {
		return false, err
	}
	query := url.Values{
		"path":                          {"/" + strings.TrimPrefix(path, "/")},
		"includeContent":                {"false"},
		"$format":                       {"json"},
		"versionDescriptor.version":     {repo.Branch},
		"versionDescriptor.versionType": {"branch"},
	}
	return r.conn.Exists(ctx, r.at("repositories/"+url.PathEscape(repo.Key)+"/items", query))
}
