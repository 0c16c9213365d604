package gitea

import (
	"context"
	"fmt"
	"slices"

	api "code.gitea.io/sdk/gitea"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// Pulls are the open pull requests of a repository.
type Pulls struct {
	conn *forge.Conn
	spec *v1alpha1.PullRequestGeneratorGitea
}

// NewPulls lists over conn what spec asks for.
func NewPulls(conn *forge.Conn, spec *v1alpha1.PullRequestGeneratorGitea) (*Pulls, error) {
	if err := forge.Name("owner", spec.Owner); err != nil {
		return nil, err
	}
	return &Pulls{conn: conn, spec: spec}, forge.Name("repo", spec.Repo)
}

// List returns the pull requests that have all labels.
func (p *Pulls) List(ctx context.Context) ([]generators.PullRequest, error) {
	id := func(pull *api.PullRequest) string { return idOf(pull.Index) }
	listed, err := list(ctx, p.conn, id, func(client *api.Client, options api.ListOptions) ([]*api.PullRequest, *api.Response, error) {
		return client.ListRepoPullRequests(p.spec.Owner, p.spec.Repo, api.ListPullRequestsOptions{ListOptions: options, State: api.StateOpen})
	})
	if err != nil {
		return nil, fmt.Errorf("list the pull requests of %s/%s: %w", p.spec.Owner, p.spec.Repo, err)
	}
	var out []generators.PullRequest
	for _, pull := range listed {
		one := of(pull)
		if slices.ContainsFunc(p.spec.Labels, func(want string) bool { return !slices.Contains(one.Labels, want) }) {
			continue
		}
		out = append(out, one)
	}
	return out, nil
}

// of has nil for no labels, as Argo CD has it.
func of(pull *api.PullRequest) generators.PullRequest {
	out := generators.PullRequest{Number: pull.Index, Title: pull.Title}
	if pull.Head != nil {
		out.Branch, out.HeadSHA = pull.Head.Ref, pull.Head.Sha
	}
	if pull.Base != nil {
		out.TargetBranch = pull.Base.Ref
	}
	for _, label := range pull.Labels {
		out.Labels = append(out.Labels, label.Name)
	}
	if pull.Poster != nil {
		out.Author = pull.Poster.UserName
	}
	return out
}
