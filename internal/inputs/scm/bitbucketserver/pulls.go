package bitbucketserver

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
	spec *v1alpha1.PullRequestGeneratorBitbucketServer
}

// NewPulls lists over conn what spec asks for.
func NewPulls(conn *forge.Conn, spec *v1alpha1.PullRequestGeneratorBitbucketServer) (*Pulls, error) {
	if err := forge.Name("project", spec.Project); err != nil {
		return nil, err
	}
	return &Pulls{conn: conn, spec: spec}, forge.Name("repo", spec.Repo)
}

type side struct {
	DisplayID    string `json:"displayId"`
	LatestCommit string `json:"latestCommit"`
}

type pull struct {
	ID     int64  `json:"id"`
	Title  string `json:"title"`
	From   side   `json:"fromRef"`
	To     side   `json:"toRef"`
	Author struct {
		User struct {
			Name string `json:"name"`
		} `json:"user"`
	} `json:"author"`
}

// List returns the pull requests. Bitbucket has no labels.
func (p *Pulls) List(ctx context.Context) ([]generators.PullRequest, error) {
	id := func(one pull) string { return strconv.FormatInt(one.ID, 10) }
	listed, err := list(ctx, p.conn, id, url.PathEscape(p.spec.Project), "repos", url.PathEscape(p.spec.Repo), "pull-requests")
	if err != nil {
		return nil, fmt.Errorf("list the pull requests of %s/%s: %w", p.spec.Project, p.spec.Repo, err)
	}
	out := make([]generators.PullRequest, len(listed))
	for i, one := range listed {
		out[i] = generators.PullRequest{
			Number:       one.ID,
			Title:        one.Title,
			Branch:       one.From.DisplayID,
			TargetBranch: one.To.DisplayID,
			HeadSHA:      one.From.LatestCommit,
			Labels:       []string{},
			Author:       one.Author.User.Name,
		}
	}
	return out, nil
}
