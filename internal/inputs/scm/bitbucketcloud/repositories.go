package bitbucketcloud

import (
	"cmp"
	"context"
	"fmt"
	"net/url"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// Repositories are those of a workspace that the user is a member of.
type Repositories struct {
	conn *forge.Conn
	spec *v1alpha1.SCMProviderGeneratorBitbucket
}

// NewRepositories lists over conn what spec asks for.
func NewRepositories(conn *forge.Conn, spec *v1alpha1.SCMProviderGeneratorBitbucket) (*Repositories, error) {
	return &Repositories{conn: conn, spec: spec}, forge.Name("owner", spec.Owner)
}

type repository struct {
	UUID       string `json:"uuid"`
	Slug       string `json:"slug"`
	MainBranch *struct {
		Name string `json:"name"`
	} `json:"mainbranch"`
	Links struct {
		Clone []struct {
			Name string `json:"name"`
			Href string `json:"href"`
		} `json:"clone"`
	} `json:"links"`
}

type branch struct {
	Name   string `json:"name"`
	Target struct {
		Hash string `json:"hash"`
	} `json:"target"`
}

// List returns the workspace's repositories that have a main branch.
func (r *Repositories) List(ctx context.Context, protocol string) ([]forge.Repository, error) {
	id := func(repo repository) string { return repo.UUID }
	query := url.Values{"role": {"member"}, "pagelen": {"100"}}
	listed, err := list(ctx, r.conn, id, at(r.conn, query, url.PathEscape(r.spec.Owner)))
	if err != nil {
		return nil, fmt.Errorf("list the repositories of workspace %s: %w", r.spec.Owner, err)
	}
	var out []forge.Repository
	for _, repo := range listed {
		if repo.MainBranch == nil {
			continue // without commits
		}
		address, err := repo.cloneAddress(cmp.Or(protocol, "ssh"))
		if err != nil {
			return nil, err
		}
		out = append(out, forge.Repository{SCMRepository: generators.SCMRepository{
			Organization: r.spec.Owner,
			Repository:   repo.Slug,
			RepositoryID: repo.UUID,
			URL:          address,
			Branch:       repo.MainBranch.Name,
			Labels:       []string{},
		}})
	}
	return out, nil
}

func (r repository) cloneAddress(protocol string) (string, error) {
	for _, link := range r.Links.Clone {
		if link.Name == protocol {
			return link.Href, nil
		}
	}
	return "", fmt.Errorf("repository %s has no address for cloneProtocol %q: use ssh or https", r.Slug, protocol)
}

// Branches returns the main branch, or all.
func (r *Repositories) Branches(ctx context.Context, repo forge.Repository) ([]forge.Branch, error) {
	base := []string{url.PathEscape(r.spec.Owner), url.PathEscape(repo.Repository), "refs", "branches"}
	if !r.spec.AllBranches {
		var one branch
		if _, err := r.conn.Get(ctx, at(r.conn, nil, append(base, url.PathEscape(repo.Branch))...), &one); err != nil {
			return nil, fmt.Errorf("get branch %s of %s/%s: %w", repo.Branch, r.spec.Owner, repo.Repository, err)
		}
		return []forge.Branch{{Name: one.Name, SHA: one.Target.Hash}}, nil
	}
	name := func(b branch) string { return b.Name }
	listed, err := list(ctx, r.conn, name, at(r.conn, url.Values{"pagelen": {"100"}}, base...))
	if err != nil {
		return nil, fmt.Errorf("list the branches of %s/%s: %w", r.spec.Owner, repo.Repository, err)
	}
	out := make([]forge.Branch, len(listed))
	for i, b := range listed {
		out[i] = forge.Branch{Name: b.Name, SHA: b.Target.Hash}
	}
	return out, nil
}

// HasPath is true where path is a file or directory in the branch's commit.
func (r *Repositories) HasPath(ctx context.Context, repo forge.Repository, path string) (bool, error) {
	escaped, err := forge.Path(path)
	if err != nil {
		return false, err
	}
	query := url.Values{"format": {"meta"}}
	return r.conn.Exists(ctx, at(r.conn, query, url.PathEscape(r.spec.Owner), url.PathEscape(repo.Repository), "src", url.PathEscape(repo.SHA), escaped))
}
