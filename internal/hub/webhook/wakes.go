package webhook

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/hub/webhook/payload"
)

// Concerns says whether the answer to a question may have changed by an event.
func Concerns(e payload.Event, q generators.Question) bool {
	spec := []byte(q.Spec)
	switch q.Kind {
	case "pullRequest":
		var g v1alpha1.PullRequestGenerator
		return json.Unmarshal(spec, &g) == nil && pullRequests(&g, e)
	case "scmProvider":
		var g v1alpha1.SCMProviderGenerator
		return json.Unmarshal(spec, &g) == nil && repositories(&g, e)
	case "plugin":
		var g v1alpha1.PluginGenerator
		return json.Unmarshal(spec, &g) == nil && plugin(&g, q.Namespace, e)
	}
	return false
}

// pullRequests is true if the generator may list pull requests of the event's
// repository.
func pullRequests(g *v1alpha1.PullRequestGenerator, e payload.Event) bool {
	r := e.Repository
	if !e.PullRequests {
		return false
	}
	switch e.Provider {
	case payload.GitHub:
		p := g.Github
		return p != nil && couldName(p.Owner, r.Owner) && couldName(p.Repo, r.Name) && at(p.API, "github.com", r)
	case payload.GitLab:
		p := g.GitLab
		return p != nil && gitlabProject(p.Project, r) && at(p.API, "gitlab.com", r)
	case payload.Gitea:
		p := g.Gitea
		return p != nil && couldName(p.Owner, r.Owner) && couldName(p.Repo, r.Name) && at(p.API, "", r)
	case payload.Bitbucket:
		p := g.Bitbucket
		return p != nil && couldName(p.Owner, r.Owner) && couldName(p.Repo, r.Name) && at(p.API, "bitbucket.org", r)
	case payload.BitbucketServer:
		p := g.BitbucketServer
		return p != nil && couldName(p.Project, r.Owner) && couldName(p.Repo, r.Name) && at(p.API, "", r)
	case payload.AzureDevOps:
		p := g.AzureDevOps
		return p != nil && couldName(p.Organization, r.Owner) && couldName(p.Project, r.Project) && couldName(p.Repo, r.Name)
	}
	return false
}

// repositories is true if the generator may list the event's repository, or a
// branch that moved.
func repositories(g *v1alpha1.SCMProviderGenerator, e payload.Event) bool {
	r := e.Repository
	listed := func(everyBranch bool) bool {
		return e.Listing || slices.ContainsFunc(e.Moves, func(m payload.Move) bool {
			return m.Branch(everyBranch, r.DefaultBranch)
		})
	}
	switch e.Provider {
	case payload.GitHub:
		p := g.Github
		return p != nil && listed(p.AllBranches) && couldName(p.Organization, r.Owner) && at(p.API, "github.com", r)
	case payload.GitLab:
		p := g.Gitlab
		return p != nil && listed(p.AllBranches) && gitlabGroup(p, r.Owner) && at(p.API, "gitlab.com", r)
	case payload.Gitea:
		p := g.Gitea
		return p != nil && listed(p.AllBranches) && couldName(p.Owner, r.Owner) && at(p.API, "", r)
	case payload.Bitbucket:
		p := g.Bitbucket
		return p != nil && listed(p.AllBranches) && couldName(p.Owner, r.Owner)
	case payload.BitbucketServer:
		p := g.BitbucketServer
		return p != nil && listed(p.AllBranches) && couldName(p.Project, r.Owner) && at(p.API, "", r)
	case payload.AzureDevOps:
		p := g.AzureDevOps
		return p != nil && listed(p.AllBranches) && couldName(p.Organization, r.Owner) && couldName(p.TeamProject, r.Project)
	}
	return false
}

// plugin is true if the generator asks the event's plugin.
func plugin(g *v1alpha1.PluginGenerator, namespace string, e payload.Event) bool {
	return e.Plugin != nil && couldBe(g.ConfigMapRef.Name, e.Plugin.Name) &&
		(e.Plugin.Namespace == "" || e.Plugin.Namespace == namespace)
}

// gitlabProject compares a project by number or full path.
func gitlabProject(project string, r payload.Repository) bool {
	full := ""
	if r.Name != "" {
		full = r.Owner + "/" + r.Name
	}
	if isNumber(project) {
		return r.ID == "" || project == r.ID
	}
	return couldName(project, full) || templated(project) && couldName(project, r.ID)
}

// gitlabGroup compares a group by full path, with those below it if the
// generator lists them or what is shared with it. Its number is in no payload:
// any may be meant.
func gitlabGroup(g *v1alpha1.SCMProviderGeneratorGitlab, owner string) bool {
	shared := g.IncludeSharedProjects == nil || *g.IncludeSharedProjects
	below := g.IncludeSubgroups && strings.HasPrefix(strings.ToLower(owner), strings.ToLower(g.Group)+"/")
	return shared || isNumber(g.Group) || templated(g.Group) || couldName(g.Group, owner) || below
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil
}

// at is true if api, or the provider's own host if it is empty, may serve the
// repository: GitHub's and Bitbucket's addresses begin with "api.".
func at(api, own string, r payload.Repository) bool {
	host := own
	if api != "" {
		u, err := url.Parse(api)
		if templated(api) || err != nil || u.Hostname() == "" {
			return true // the provider tells what is wrong with it
		}
		host = strings.TrimPrefix(strings.ToLower(u.Hostname()), "api.")
	}
	return len(r.Keys) == 0 || host == "" || slices.ContainsFunc(r.Keys, func(key string) bool {
		return payload.Host(key) == host
	})
}
