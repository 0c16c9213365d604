package bitbucketcloud

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// Pulls are the open pull requests of a repository.
type Pulls struct {
	conn *forge.Conn
	spec *v1alpha1.PullRequestGeneratorBitbucket
}

// NewPulls lists over conn what spec asks for.
func NewPulls(conn *forge.Conn, spec *v1alpha1.PullRequestGeneratorBitbucket) (*Pulls, error) {
	if err := forge.Name("owner", spec.Owner); err != nil {
		return nil, err
	}
	return &Pulls{conn: conn, spec: spec}, forge.Name("repo", spec.Repo)
}

type side struct {
	Branch struct {
		Name string `json:"name"`
	} `json:"branch"`
	Commit struct {
		Hash string `json:"hash"`
	} `json:"commit"`
}

type pull struct {
	ID          int64  `json:"id"`
	Title       string `json:"title"`
	Source      side   `json:"source"`
	Destination side   `json:"destination"`
	Author      struct {
		Nickname string `json:"nickname"`
	} `json:"author"`
}

// List returns the pull requests. Bitbucket has no labels.
func (p *Pulls) List(ctx context.Context) ([]generators.PullRequest, error) {
	id := func(one pull) string { return strconv.FormatInt(one.ID, 10) }
	// 50 is the most that this listing gives.
	query := url.Values{"state": {"OPEN"}, "pagelen": {"50"}}
	listed, err := list(ctx, p.conn, id, at(p.conn, query, url.PathEscape(p.spec.Owner), url.PathEscape(p.spec.Repo), "pullrequests"))
	if err != nil {
		return nil, fmt.Errorf("list the pull requests of %s/%s: %w", p.spec.Owner, p.spec.Repo, err)
	}
	out := make([]generators.PullRequest, len(listed))
	for i, one := range listed {
		out[i] = generators.PullRequest{
			Number:       one.ID,
			Title:        one.Title,
			Branch:       one.Source.Branch.Name,
			TargetBranch: one.Destination.Branch.Name,
			HeadSHA:      one.Source.Commit.Hash,
			Author:       one.Author.Nickname,
		}
	}
	return out, nil
}
