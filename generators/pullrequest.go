package generators

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// pullRequest gives a row per open pull request of a repository. Labels are
// among the parameters in Go template mode only.
// See https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Pull-Request/.
func (e *Evaluator) pullRequest(path string, g *generator) ([]Row, error) {
	spec := g.PullRequest
	repo := pullRequestRepository(spec)
	if repo == "" {
		return nil, errors.New("names no repository; want one of github, gitlab, gitea, bitbucket, bitbucketServer, azuredevops")
	}
	question, err := e.question("pullRequest", spec)
	if err != nil {
		return nil, err
	}
	answer := e.answer(path, question)
	if answer == nil {
		return nil, nil
	}
	values := e.values(spec.Values)
	home, id := pullRequestHost(spec)+repo, question.ID()
	rows := make([]Row, 0, len(answer.PullRequests))
	for i := range answer.PullRequests {
		pull := &answer.PullRequests[i]
		params := e.pullRequestParams(pull)
		origin := Origin{
			Generator:   path,
			Element:     fmt.Sprintf("pull request #%d of %s", pull.Number, repo),
			PullRequest: pullRequestID(home, pull),
			Question:    id,
		}
		if err := values.addTo(params); err != nil {
			return nil, forRow(err, origin.Element)
		}
		rows = append(rows, Row{params, origin})
	}
	return rows, nil
}

func (e *Evaluator) pullRequestParams(pull *PullRequest) Params {
	params := Params{
		"number":             strconv.FormatInt(pull.Number, 10),
		"title":              pull.Title,
		"branch":             pull.Branch,
		"branch_slug":        branchSlug(pull.Branch),
		"target_branch":      pull.TargetBranch,
		"target_branch_slug": branchSlug(pull.TargetBranch),
		"head_sha":           pull.HeadSHA,
		"head_short_sha":     prefix(pull.HeadSHA, 8),
		"head_short_sha_7":   prefix(pull.HeadSHA, 7),
		"author":             pull.Author,
	}
	if e.options.GoTemplate {
		params["labels"] = pull.Labels
	}
	return params
}

// pullRequestHost tells repositories of one name on several hosts apart: the
// host of the provider's address with a slash after it, empty where none is
// named.
func pullRequestHost(spec *v1alpha1.PullRequestGenerator) string {
	api := ""
	switch {
	case spec.Github != nil:
		api = spec.Github.API
	case spec.GitLab != nil:
		api = spec.GitLab.API
	case spec.Gitea != nil:
		api = spec.Gitea.API
	case spec.BitbucketServer != nil:
		api = spec.BitbucketServer.API
	case spec.Bitbucket != nil:
		api = spec.Bitbucket.API
	case spec.AzureDevOps != nil:
		api = spec.AzureDevOps.API
	}
	if address, err := url.Parse(api); err == nil && address.Host != "" {
		return address.Host + "/"
	}
	return ""
}

// pullRequestRepository is the repository as its users call it; of several
// providers the first in Argo CD's order counts. Empty if there is none.
func pullRequestRepository(spec *v1alpha1.PullRequestGenerator) string {
	switch {
	case spec.Github != nil:
		return spec.Github.Owner + "/" + spec.Github.Repo
	case spec.GitLab != nil:
		return "project " + spec.GitLab.Project
	case spec.Gitea != nil:
		return spec.Gitea.Owner + "/" + spec.Gitea.Repo
	case spec.BitbucketServer != nil:
		return spec.BitbucketServer.Project + "/" + spec.BitbucketServer.Repo
	case spec.Bitbucket != nil:
		return spec.Bitbucket.Owner + "/" + spec.Bitbucket.Repo
	case spec.AzureDevOps != nil:
		return spec.AzureDevOps.Organization + "/" + spec.AzureDevOps.Project + "/" + spec.AzureDevOps.Repo
	}
	return ""
}
