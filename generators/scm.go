package generators

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
)

// scmProvider gives a row per repository and branch that a provider lists.
// See https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-SCM-Provider/.
func (e *Evaluator) scmProvider(path string, g *generator) ([]Row, error) {
	spec := g.SCMProvider
	if !namesProvider(spec) {
		return nil, errors.New("names no provider; want one of github, gitlab, gitea, bitbucket, bitbucketServer, azureDevOps")
	}
	question, err := e.question("scmProvider", spec)
	if err != nil {
		return nil, err
	}
	answer := e.answer(path, question)
	if answer == nil {
		return nil, nil
	}
	values := e.values(spec.Values)
	rows := make([]Row, 0, len(answer.Repositories))
	for i := range answer.Repositories {
		repo := &answer.Repositories[i]
		params := scmParams(spec, repo)
		element := fmt.Sprintf("repository %s/%s, branch %s", repo.Organization, repo.Repository, repo.Branch)
		if err := values.addTo(params); err != nil {
			return nil, forRow(err, element)
		}
		rows = append(rows, Row{params, Origin{Generator: path, Element: element}})
	}
	return rows, nil
}

func namesProvider(s *v1alpha1.SCMProviderGenerator) bool {
	return s.Github != nil || s.Gitlab != nil || s.Gitea != nil || s.Bitbucket != nil ||
		s.BitbucketServer != nil || s.AzureDevOps != nil || s.AWSCodeCommit != nil
}

func scmParams(spec *v1alpha1.SCMProviderGenerator, repo *SCMRepository) Params {
	return Params{
		"organization":     repo.Organization,
		"repository":       repo.Repository,
		"repository_id":    repositoryID(spec, repo.RepositoryID),
		"url":              repo.URL,
		"branch":           repo.Branch,
		"branchNormalized": clusters.NormalizeName(repo.Branch),
		"sha":              repo.SHA,
		"short_sha":        prefix(repo.SHA, 8),
		"short_sha_7":      prefix(repo.SHA, 7),
		"labels":           strings.Join(repo.Labels, ","),
	}
}

// repositoryID is a number where the provider numbers its repositories, as in
// Argo CD. So fasttemplate, which knows texts alone, leaves its tag as it is.
func repositoryID(spec *v1alpha1.SCMProviderGenerator, id string) any {
	if spec.Github == nil && spec.Gitlab == nil && spec.Gitea == nil && spec.BitbucketServer == nil {
		return id
	}
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return id
	}
	return number
}

func prefix(s string, n int) string { return s[:min(n, len(s))] }
