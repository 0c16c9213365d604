package github

import (
	"context"
	"fmt"
	"slices"

	api "github.com/google/go-github/v89/github"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// Pulls are the open pull requests of a repository.
type Pulls struct {
	conn   *forge.Conn
	client *api.Client
	spec   *v1alpha1.PullRequestGeneratorGithub
}

// NewPulls lists over conn what spec asks for.
func NewPulls(conn *forge.Conn, spec *v1alpha1.PullRequestGeneratorGithub) (*Pulls, error) {
	if err := forge.Plain("owner", spec.Owner); err != nil {
		return nil, err
	}
	if err := forge.Plain("repo", spec.Repo); err != nil {
		return nil, err
	}
	client, err := open(conn)
	return &Pulls{conn: conn, client: client, spec: spec}, err
}

// List returns the pull requests that have all labels.
func (p *Pulls) List(ctx context.Context) ([]generators.PullRequest, error) {
	id := func(pull *api.PullRequest) string { return idOf(int64(pull.GetNumber())) }
	listed, err := list(ctx, p.conn, id, func(ctx context.Context, options api.ListOptions) ([]*api.PullRequest, *api.Response, error) {
		return p.client.PullRequests.List(ctx, p.spec.Owner, p.spec.Repo, &api.PullRequestListOptions{State: "open", ListOptions: options})
	})
	if err != nil {
		return nil, fmt.Errorf("list the pull requests of %s/%s: %w", p.spec.Owner, p.spec.Repo, err)
	}
	var out []generators.PullRequest
	for _, pull := range listed {
		labels := labelsOf(pull)
		if !containsAll(labels, p.spec.Labels) {
			continue
		}
		out = append(out, generators.PullRequest{
			Number:       int64(pull.GetNumber()),
			Title:        pull.GetTitle(),
			Branch:       pull.GetHead().GetRef(),
			TargetBranch: pull.GetBase().GetRef(),
			HeadSHA:      pull.GetHead().GetSHA(),
			Labels:       labels,
			Author:       pull.GetUser().GetLogin(),
		})
	}
	return out, nil
}

// labelsOf is nil without labels, as Argo CD has it.
func labelsOf(pull *api.PullRequest) []string {
	var names []string
	for _, label := range pull.Labels {
		names = append(names, label.GetName())
	}
	return names
}

func containsAll(have, want []string) bool {
	for _, label := range want {
		if !slices.Contains(have, label) {
			return false
		}
	}
	return true
}
