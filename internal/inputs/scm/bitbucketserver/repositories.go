package bitbucketserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// Repositories are those of a project.
type Repositories struct {
	conn *forge.Conn
	spec *v1alpha1.SCMProviderGeneratorBitbucketServer
}

// NewRepositories lists over conn what spec asks for.
func NewRepositories(conn *forge.Conn, spec *v1alpha1.SCMProviderGeneratorBitbucketServer) (*Repositories, error) {
	return &Repositories{conn: conn, spec: spec}, forge.Name("project", spec.Project)
}

type repository struct {
	ID      int64  `json:"id"`
	Slug    string `json:"slug"`
	Name    string `json:"name"`
	Project struct {
		Key string `json:"key"`
	} `json:"project"`
	Links struct {
		Clone []struct {
			Name string `json:"name"`
			Href string `json:"href"`
		} `json:"clone"`
	} `json:"links"`
}

type branch struct {
	DisplayID    string `json:"displayId"`
	LatestCommit string `json:"latestCommit"`
}

// List returns the project's repositories that have a default branch, which the
// server tells one by one.
func (r *Repositories) List(ctx context.Context, protocol string) ([]forge.Repository, error) {
	link, err := linkOf(protocol)
	if err != nil {
		return nil, err
	}
	id := func(repo repository) string { return strconv.FormatInt(repo.ID, 10) }
	listed, err := list(ctx, r.conn, id, url.PathEscape(r.spec.Project), "repos")
	if err != nil {
		return nil, fmt.Errorf("list the repositories of project %s: %w", r.spec.Project, err)
	}
	out := make([]forge.Repository, len(listed))
	err = forge.Each(ctx, len(listed), r.conn.Limits.Concurrency, func(ctx context.Context, i int) error {
		repo := listed[i]
		out[i] = forge.Repository{Key: cmp.Or(repo.Slug, repo.Name), SCMRepository: generators.SCMRepository{
			Organization: repo.Project.Key,
			Repository:   repo.Name,
			RepositoryID: id(repo),
			URL:          repo.cloneAddress(link),
			Labels:       []string{},
		}}
		main, err := r.defaultBranch(ctx, out[i])
		if main != nil {
			out[i].Branch, out[i].SHA = main.Name, main.SHA
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return withBranch(out), nil
}

func withBranch(repos []forge.Repository) []forge.Repository {
	var out []forge.Repository
	for _, repo := range repos {
		if repo.Branch != "" {
			out = append(out, repo)
		}
	}
	return out
}

func linkOf(protocol string) (string, error) {
	switch protocol {
	case "", "ssh":
		return "ssh", nil
	case "https":
		return "http", nil
	}
	return "", fmt.Errorf("cloneProtocol %q is neither ssh nor https", protocol)
}

func (r repository) cloneAddress(name string) string {
	for _, link := range r.Links.Clone {
		if link.Name == name {
			return link.Href
		}
	}
	return ""
}

// defaultBranch is nil for a repository without commits, of which the server
// says either that the branch is not found or nothing at all.
func (r *Repositories) defaultBranch(ctx context.Context, repo forge.Repository) (*forge.Branch, error) {
	var main branch
	_, err := r.conn.Get(ctx, at(r.conn, nil, url.PathEscape(repo.Organization), "repos", url.PathEscape(repo.Key), "branches", "default"), &main)
	if forge.IsNotFound(err) || errors.Is(err, forge.ErrEmpty) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get the default branch of %s/%s: %w", repo.Organization, repo.Repository, err)
	}
	return &forge.Branch{Name: main.DisplayID, SHA: main.LatestCommit}, nil
}

// Branches returns the default branch as listed, or all.
func (r *Repositories) Branches(ctx context.Context, repo forge.Repository) ([]forge.Branch, error) {
	if !r.spec.AllBranches {
		return []forge.Branch{{Name: repo.Branch, SHA: repo.SHA}}, nil
	}
	name := func(b branch) string { return b.DisplayID }
	listed, err := list(ctx, r.conn, name, url.PathEscape(repo.Organization), "repos", url.PathEscape(repo.Key), "branches")
	if err != nil {
		return nil, fmt.Errorf("list the branches of %s/%s: %w", repo.Organization, repo.Repository, err)
	}
	out := make([]forge.Branch, len(listed))
	for i, b := range listed {
		out[i] = forge.Branch{Name: b.DisplayID, SHA: b.LatestCommit}
	}
	return out, nil
}

// HasPath is true where path is a file or directory at the branch.
func (r *Repositories) HasPath(ctx context.Context, repo forge.Repository, path string) (bool, error) {
	escaped, err := forge.Path(path)
	if err != nil {
		return false, err
	}
	query := url.Values{"at": {"refs/heads/" + repo.Branch}, "type": {"true"}, "limit": {"1"}}
	return r.conn.Exists(ctx, at(r.conn, query, url.PathEscape(repo.Organization), "repos", url.PathEscape(repo.Key), "browse", escaped))
}
