package gitlab

import (
	"context"
	"errors"
	"fmt"
	"strings"

	api "gitlab.com/gitlab-org/api/client-go/v2"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// Pulls are the merge requests of a project.
type Pulls struct {
	conn   *forge.Conn
	client *api.Client
	spec   *v1alpha1.PullRequestGeneratorGitLab
}

// NewPulls lists over conn what spec asks for.
func NewPulls(conn *forge.Conn, spec *v1alpha1.PullRequestGeneratorGitLab) (*Pulls, error) {
	if strings.Trim(spec.Project, "/") == "" {
		return nil, errors.New("project is empty: name one by number or path")
	}
	client, err := open(conn)
	return &Pulls{conn: conn, client: client, spec: spec}, err
}

// List returns the merge requests of the asked state that have all labels;
// GitLab selects them.
func (p *Pulls) List(ctx context.Context) ([]generators.PullRequest, error) {
	var options api.ListProjectMergeRequestsOptions
	if len(p.spec.Labels) > 0 {
		labels := api.LabelOptions(p.spec.Labels)
		options.Labels = &labels
	}
	if p.spec.PullRequestState != "" {
		options.State = &p.spec.PullRequestState
	}
	id := func(request *api.BasicMergeRequest) string { return idOf(request.IID) }
	listed, err := list(ctx, p.conn, id, func(page api.ListOptions, request api.RequestOptionFunc) ([]*api.BasicMergeRequest, *api.Response, error) {
		options.ListOptions = page
		return p.client.MergeRequests.ListProjectMergeRequests(p.spec.Project, &options, request)
	})
	if err != nil {
		return nil, fmt.Errorf("list the merge requests of %s: %w", p.spec.Project, err)
	}
	out := make([]generators.PullRequest, len(listed))
	for i, request := range listed {
		out[i] = generators.PullRequest{
			Number:       request.IID,
			Title:        request.Title,
			Branch:       request.SourceBranch,
			TargetBranch: request.TargetBranch,
			HeadSHA:      request.SHA,
			Labels:       request.Labels,
		}
		if request.Author != nil {
			out[i].Author = request.Author.Username
		}
	}
	return out, nil
}
