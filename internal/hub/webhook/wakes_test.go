package webhook

import (
	"slices"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/hub/webhook/payload"
)

func TestWhichSetsAnEventWakes(t *testing.T) {
	l := &library{}
	for name, generator := range map[string]string{
		"pulls":         `pullRequest: {github: {owner: Acme, repo: X}}`,
		"pulls-other":   `pullRequest: {github: {owner: acme, repo: y}}`,
		"pulls-private": `pullRequest: {github: {owner: acme, repo: x, api: "https://git.corp/api/v3"}}`,
		"pulls-api":     `pullRequest: {github: {owner: acme, repo: x, api: "https://api.github.com/"}}`,
		"pulls-gitea":   `pullRequest: {gitea: {owner: acme, repo: x, api: "https://github.com"}}`,
		"pulls-matrix":  `matrix: {generators: [{list: {}}, {pullRequest: {github: {owner: acme, repo: "{{repo}}"}}}]}`,
		"pulls-nested":  `merge: {mergeKeys: [a], generators: [{matrix: {generators: [{pullRequest: {github: {owner: acme, repo: x}}}]}}]}`,
		"pulls-prefix":  `matrix: {generators: [{list: {}}, {pullRequest: {github: {owner: acme, repo: "svc-{{repo}}"}}}]}`,
		"repos":         `scmProvider: {github: {organization: acme}}`,
		"repos-all":     `scmProvider: {github: {organization: acme, allBranches: true}}`,
		"repos-other":   `scmProvider: {github: {organization: other, allBranches: true}}`,
		"plugin":        `plugin: {configMapRef: {name: p}}`,
		"plugin-other":  `plugin: {configMapRef: {name: q}}`,
		"bad":           `pullRequest: {github: 7}`,
	} {
		l.set(t, "argocd", name, "[{"+generator+"}]")
	}
	repository := pushOf(repoX, "").Repository
	pull := payload.Event{Provider: payload.GitHub, Repository: repository, PullRequests: true}
	pullsWoken := []string{"pulls", "pulls-api", "pulls-matrix", "pulls-nested"}
	for name, c := range map[string]struct {
		event payload.Event
		want  []string
	}{
		"a pull request":              {pull, pullsWoken},
		"a push to the default":       {pushOf(repoX, "refs/heads/main"), []string{"repos", "repos-all"}},
		"a push to another branch":    {pushOf(repoX, "refs/heads/topic"), []string{"repos-all"}},
		"a tag":                       {pushOf(repoX, "refs/tags/v1"), nil},
		"a new repository":            {payload.Event{Provider: payload.GitHub, Repository: repository, Listing: true}, []string{"repos", "repos-all"}},
		"a plugin":                    {payload.Event{Provider: payload.Generic, Plugin: &payload.Plugin{Name: "p"}}, []string{"plugin"}},
		"a plugin of the namespace":   {payload.Event{Provider: payload.Generic, Plugin: &payload.Plugin{Name: "p", Namespace: "argocd"}}, []string{"plugin"}},
		"a plugin of another one":     {payload.Event{Provider: payload.Generic, Plugin: &payload.Plugin{Name: "p", Namespace: "b"}}, nil},
		"another provider's requests": {payload.Event{Provider: payload.GitLab, Repository: repository, PullRequests: true}, nil},
	} {
		world := NewWorld(l)
		for range 2 { // the second time from what was decoded before
			plan, err := world.Plan(t.Context(), c.event, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, set := range plan.Wake {
				got = append(got, set.Name)
			}
			if !slices.Equal(got, c.want) || world.Concerns(t.Context(), c.event) != (len(c.want) > 0) {
				t.Errorf("%s wakes %v, want %v", name, got, c.want)
			}
		}
	}
}

func TestGeneratorsOfEveryProvider(t *testing.T) {
	at := func(provider payload.Provider, key, owner, project, name, id string) payload.Event {
		return payload.Event{Provider: provider, PullRequests: true, Listing: true, Repository: payload.Repository{
			Keys: []string{key}, Owner: owner, Project: project, Name: name, ID: id}}
	}
	gitlab := at(payload.GitLab, "gitlab.com/acme/edge/x", "acme/edge", "", "x", "15")
	for _, c := range []struct {
		kind, spec string
		event      payload.Event
		want       bool
	}{
		{"pullRequest", `{"gitlab": {"project": "15"}}`, gitlab, true},
		{"pullRequest", `{"gitlab": {"project": "16"}}`, gitlab, false},
		{"pullRequest", `{"gitlab": {"project": "acme/edge/X"}}`, gitlab, true},
		{"pullRequest", `{"gitlab": {"project": "acme/x"}}`, gitlab, false},
		{"pullRequest", `{"gitlab": {"project": "15", "api": "https://git.corp/"}}`, gitlab, false},
		{"scmProvider", `{"gitlab": {"group": "acme", "includeSubgroups": true, "includeSharedProjects": false}}`, gitlab, true},
		{"scmProvider", `{"gitlab": {"group": "acme", "includeSharedProjects": false}}`, gitlab, false},
		{"scmProvider", `{"gitlab": {"group": "acm", "includeSubgroups": true, "includeSharedProjects": false}}`, gitlab, false},
		{"scmProvider", `{"gitlab": {"group": "7", "includeSharedProjects": false}}`, gitlab, true},
		{"scmProvider", `{"gitlab": {"group": "elsewhere"}}`, gitlab, true}, // a project may be shared with it
		{"pullRequest", `{"gitea": {"owner": "acme", "repo": "x", "api": "https://git.corp:3000"}}`, at(payload.Gitea, "git.corp/acme/x", "acme", "", "x", ""), true},
		{"scmProvider", `{"gitea": {"owner": "acme", "api": "https://elsewhere"}}`, at(payload.Gitea, "git.corp/acme/x", "acme", "", "x", ""), false},
		{"pullRequest", `{"bitbucket": {"owner": "acme", "repo": "x"}}`, at(payload.Bitbucket, "bitbucket.org/acme/x", "acme", "", "x", ""), true},
		{"pullRequest", `{"bitbucket": {"owner": "acme", "repo": "x", "api": "https://api.bitbucket.org/2.0"}}`, at(payload.Bitbucket, "bitbucket.org/acme/x", "acme", "", "x", ""), true},
		{"scmProvider", `{"bitbucket": {"owner": "other"}}`, at(payload.Bitbucket, "bitbucket.org/acme/x", "acme", "", "x", ""), false},
		{"pullRequest", `{"bitbucketServer": {"project": "acme", "repo": "x", "api": "https://bb.corp/rest"}}`, at(payload.BitbucketServer, "bb.corp/scm/acme/x", "ACME", "", "x", ""), true},
		{"scmProvider", `{"bitbucketServer": {"project": "ACME", "api": "https://bb.corp"}}`, at(payload.BitbucketServer, "bb.corp/scm/acme/x", "ACME", "", "x", ""), true},
		{"pullRequest", `{"azuredevops": {"organization": "acme", "project": "Edge", "repo": "x"}}`, at(payload.AzureDevOps, "dev.azure.com/acme/edge/x", "acme", "Edge", "x", ""), true},
		{"scmProvider", `{"azureDevOps": {"organization": "acme", "teamProject": "Other"}}`, at(payload.AzureDevOps, "dev.azure.com/acme/edge/x", "acme", "Edge", "x", ""), false},
		{"plugin", `{"configMapRef": {"name": "p"}}`, payload.Event{Plugin: &payload.Plugin{Name: "p"}}, true},
		{"clusterDecisionResource", `{}`, gitlab, false},
		{"pullRequest", `not JSON`, gitlab, false},
	} {
		q := generators.Question{Kind: c.kind, Namespace: "argocd", Spec: c.spec}
		if got := Concerns(c.event, q); got != c.want {
			t.Errorf("%s %s by %s: %v", c.kind, c.spec, c.event.Subject(), got)
		}
		if c.event.Plugin != nil {
			continue
		}
		quiet := c.event
		quiet.PullRequests, quiet.Listing = false, false
		if Concerns(quiet, q) {
			t.Errorf("%s %s is concerned by an event of nothing", c.kind, c.spec)
		}
	}
}

func TestWhatATemplatedTextCouldBe(t *testing.T) {
	for _, c := range []struct {
		text, value string
		want        bool
	}{
		{"a", "a", true}, {"a", "b", false}, {"{{x}}", "anything", true}, {"a{{x}}", "ab", true}, {"a{{x}}", "b", false},
		{"{{x}}.git", "a.git", true}, {"{{x}}.git", "a", false}, {"a{{x}}a", "a", false}, {"a{{x", "ab", true},
		{"a{{if x}}b{{else}}c{{end}}d", "acd", true},
	} {
		if got := couldBe(c.text, c.value); got != c.want {
			t.Errorf("%q could be %q: %v", c.text, c.value, got)
		}
	}
	if !couldName("Acme", "") || !couldName("Acme", strings.ToLower("ACME")) {
		t.Error("names are compared with regard to case, or unknown ones are not let through")
	}
}
