package azuredevops

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// Pulls are the active pull requests of a repository.
type Pulls struct {
	conn *forge.Conn
	spec *v1alpha1.PullRequestGeneratorAzureDevOps
}

// NewPulls lists over conn what spec asks for.
func NewPulls(conn *forge.Conn, spec *v1alpha1.PullRequestGeneratorAzureDevOps) (*Pulls, error) {
	if err := forge.Name("organization", spec.Organization); err != nil {
		return nil, err
	}
	if err := forge.Name("project", spec.Project); err != nil {
		return nil, err
	}
	return &Pulls{conn: conn, spec: spec}, forge.Name("repo", spec.Repo)
}

type pull struct {
	ID        int64  `json:"pullRequestId"`
	Title     string `json:"title"`
	Source    string `json:"sourceRefName"`
	Target    string `json:"targetRefName"`
	LastMerge *struct {
		CommitID string `json:"commitId"`
	} `json:"lastMergeSourceCommit"`
	Labels []struct {
		Name string `json:"name"`
	} `json:"labels"`
	CreatedBy struct {
		UniqueName string `json:"uniqueName"`
	} `json:"createdBy"`
}

// List returns the pull requests that have all labels and a known commit.
func (p *Pulls) List(ctx context.Context) ([]generators.PullRequest, error) {
	id := func(one pull) string { return strconv.FormatInt(one.ID, 10) }
	listed, err := forge.List(ctx, p.conn.Limits, id, p.page)
	if err != nil {
		return nil, fmt.Errorf("list the pull requests of %s/%s: %w", p.spec.Project, p.spec.Repo, err)
	}
	var out []generators.PullRequest
	for _, one := range listed {
		labels := make([]string, len(one.Labels))
		for i, label := range one.Labels {
			labels[i] = label.Name
		}
		missing := func(want string) bool { return !slices.Contains(labels, want) }
		if one.LastMerge == nil || slices.ContainsFunc(p.spec.Labels, missing) {
			continue
		}
		author, _, _ := strings.Cut(one.CreatedBy.UniqueName, "@")
		out = append(out, generators.PullRequest{
			Number:       one.ID,
			Title:        one.Title,
			Branch:       strings.TrimPrefix(one.Source, heads),
			TargetBranch: strings.TrimPrefix(one.Target, heads),
			HeadSHA:      one.LastMerge.CommitID,
			Labels:       labels,
			Author:       author,
		})
	}
	return out, nil
}

// page is cut by number. The service does not say whether there are more: there
// may be behind a full page.
func (p *Pulls) page(ctx context.Context, skip string) (forge.Page[pull], error) {
	from := forge.PageNumber(skip, 0)
	query := url.Values{
		"searchCriteria.status": {"active"},
		"$top":                  {strconv.Itoa(perPage)},
		"$skip":                 {strconv.Itoa(from)},
	}
	path := "repositories/" + url.PathEscape(p.spec.Repo) + "/pullrequests"
	var answer listing[pull]
	_, err := p.conn.Get(ctx, at(p.conn, p.spec.Organization, p.spec.Project, path, query), &answer)
	out, err := pageOf(answer, "", err)
	if len(out.Items) == perPage {
		out.Next = strconv.Itoa(from + perPage)
	}
	return out, err
}
