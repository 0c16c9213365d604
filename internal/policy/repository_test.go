package policy_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/policy"
)

// project permits every destination and the given repositories.
func project(repos ...string) *v1alpha1.AppProject {
	p := &v1alpha1.AppProject{}
	p.Name, p.Namespace = "edge", "argocd"
	p.Spec.SourceRepos = repos
	p.Spec.Destinations = []v1alpha1.ApplicationDestination{{Server: "*", Namespace: "*"}}
	return p
}

// from is an Application of the repositories.
func from(repos ...string) *v1alpha1.Application {
	app := &v1alpha1.Application{}
	app.Name, app.Namespace = "web", "argocd"
	app.Spec.Project = "edge"
	app.Spec.Destination = v1alpha1.ApplicationDestination{Name: paris.Name, Namespace: "default"}
	for _, repo := range repos {
		app.Spec.Sources = append(app.Spec.Sources, v1alpha1.ApplicationSource{RepoURL: repo})
	}
	return app
}

var paris = policy.Cluster{Name: "paris", Server: "https://paris.clusters.fairlead.dev"}

// The facts are those of Argo CD's tests of sources, permitted and negated.
func TestRepositoriesAsInArgoCD(t *testing.T) {
	for _, c := range []struct {
		rules []string
		repo  string
		want  bool
	}{
		{[]string{"*"}, "https://github.com/argoproj/test.git", true},
		{[]string{"https://github.com/argoproj/test.git"}, "https://github.com/argoproj/test.git", true},
		{[]string{"ssh://git@GITHUB.com:argoproj/test"}, "ssh://git@github.com:argoproj/test", true},
		{[]string{"https://github.com/argoproj/*"}, "https://github.com/argoproj/argoproj.git", true},
		{[]string{"https://github.com/test1/test.git", "https://github.com/test2/test.git"}, "https://github.com/test2/test.git", true},
		{[]string{"https://github.com/argoproj/test1.git"}, "https://github.com/argoproj/test2.git", false},
		{[]string{"https://github.com/argoproj/*.git"}, "https://github.com/argoproj1/test2.git", false},
		{[]string{"https://github.com/argoproj/foo"}, "https://github.com/argoproj/foo1", false},
		{[]string{"https://gitlab.com/group/*"}, "https://gitlab.com/group/repo/owner", false},
		{[]string{"https://gitlab.com/group/*/*"}, "https://gitlab.com/group/repo/owner", true},
		{[]string{"https://gitlab.com/group/*/*/*"}, "https://gitlab.com/group/sub-group/repo/owner", true},
		{[]string{"https://gitlab.com/group/**"}, "https://gitlab.com/group/sub-group/repo/owner", true},
		{[]string{"!https://github.com/argoproj/test.git"}, "https://github.com/argoproj/test.git", false},
		{[]string{"!ssh://git@GITHUB.com:argoproj/test"}, "ssh://git@github.com:argoproj/test", false},
		{[]string{"!https://github.com/argoproj/*"}, "https://github.com/argoproj/argoproj.git", false},
		{[]string{"https://github.com/test1/test.git", "!https://github.com/test2/test.git"}, "https://github.com/test2/test.git", false},
		{[]string{"!https://github.com/argoproj/foo*"}, "https://github.com/argoproj/foo1", false},
		{[]string{"!https://gitlab.com/group/*/*"}, "https://gitlab.com/group/repo/owner", false},
		{[]string{"!https://gitlab.com/group/*/*/*"}, "https://gitlab.com/group/sub-group/repo/owner", false},
		{[]string{"!https://gitlab.com/group/**"}, "https://gitlab.com/group/sub-group/repo/owner", false},
		{[]string{"https://github.com/argoproj/test1.git", "*"}, "https://github.com/argoproj/test2.git", true},
		{[]string{"!https://github.com/argoproj/*.git", "*"}, "https://github.com/argoproj1/test2.git", true},
		// A rule that forbids others permits, also alone.
		{[]string{"!https://github.com/argoproj/*"}, "https://github.com/other/test", true},
		{nil, "https://github.com/argoproj/test.git", false},
		{[]string{"*"}, "oci://ghcr.io/org/chart", true},
	} {
		got := policy.Application(project(c.rules...), from(c.repo), paris)
		if (len(got) == 0) != c.want {
			t.Errorf("%q with %q: got %v", c.repo, c.rules, got)
		}
	}
}

// The facts are those of Argo CD's TestSameURL.
func TestSpellingsOfOneRepository(t *testing.T) {
	for a, b := range map[string]string{
		"git@GITHUB.com:argoproj/test":                     "git@github.com:argoproj/test.git",
		"git@GITHUB.com:argoproj/test.git":                 "git@github.com:argoproj/test.git",
		"git@GITHUB.com:test":                              "git@github.com:test.git",
		"git@GITHUB.com:test.git":                          "git@github.com:test.git",
		"https://GITHUB.com/argoproj/test":                 "https://github.com/argoproj/test.git",
		"https://GITHUB.com/argoproj/test.git":             "https://github.com/argoproj/test.git",
		"https://github.com/FOO":                           "https://github.com/foo",
		"https://github.com/TEST":                          "https://github.com/TEST.git",
		"https://github.com/TEST.git":                      "https://github.com/TEST.git",
		"https://github.com:4443/TEST":                     "https://github.com:4443/TEST.git",
		"https://github.com:4443/TEST.git":                 "https://github.com:4443/TEST",
		"ssh://git@GITHUB.com/argoproj/test":               "git@github.com:argoproj/test.git",
		"ssh://git@GITHUB.com/argoproj/test.git":           "git@github.com:argoproj/test.git",
		"ssh://git@GITHUB.com/test.git":                    "git@github.com:test.git",
		"ssh://git@github.com/test":                        "git@github.com:test.git",
		" https://github.com/argoproj/test ":               "https://github.com/argoproj/test.git",
		"\thttps://github.com/argoproj/test\n":             "https://github.com/argoproj/test.git",
		"https://1234.visualstudio.com/myproj/_git/myrepo": "https://1234.visualstudio.com/myproj/_git/myrepo",
		"https://dev.azure.com/1234/myproj/_git/myrepo":    "https://dev.azure.com/1234/myproj/_git/myrepo",
		"https://dev.azure.com/1234/My Project/_git/a":     "https://dev.azure.com/1234/my%20project/_git/a",
		"ssh://john@doe.org@john-server.org/project":       "john@doe.org@john-server.org:project",
	} {
		for _, pair := range [][2]string{{a, b}, {b, a}} {
			if got := policy.Application(project(pair[0]), from(pair[1]), paris); len(got) > 0 {
				t.Errorf("%q is not %q: %v", pair[0], pair[1], got)
			}
			if got := policy.Application(project("*", "!"+pair[0]), from(pair[1]), paris); len(got) != 1 {
				t.Errorf("!%q does not forbid %q", pair[0], pair[1])
			}
		}
	}
}

// Where Argo CD's answer would permit what a pattern is written to forbid.
func TestRulesThatForbidNeverFailOpen(t *testing.T) {
	for _, c := range []struct {
		forbid, repo string
		refused      bool
	}{
		{"!https://gitlab.com/{secret,inner}/**", "https://gitlab.com/inner/a/b", true},
		{"!https://gitlab.com/{secret,inner}/**", "https://gitlab.com/open/a", false},
		{"!https://{a,b}.example.com/*", "https://a.example.com/x", true},
		{"!*", "https://gitlab.com/a", true},
		{"!https://gitlab.com/[", "https://github.com/a", true},
		{" !https://gitlab.com/a ", "https://gitlab.com/a", true},
		{"!https://gitlab.com/**", "https://gitlab.com/%zz", true},
	} {
		got := policy.Application(project("*", c.forbid), from(c.repo), paris)
		if (len(got) > 0) != c.refused {
			t.Errorf("%s on %s: got %v", c.forbid, c.repo, got)
		}
	}
}

func TestEverySourceIsChecked(t *testing.T) {
	p := project("https://git.example.com/ok/*")
	for name, c := range map[string]struct {
		app  *v1alpha1.Application
		want int
	}{
		"one good":                {from("https://git.example.com/ok/a"), 0},
		"one bad of three":        {from("https://git.example.com/ok/a", "https://x.example.com/b", "https://git.example.com/ok/c"), 1},
		"the same bad one twice":  {from("https://x.example.com/b", "https://x.example.com/b"), 1},
		"two bad":                 {from("https://x.example.com/b", "https://x.example.com/c"), 2},
		"dry source of hydration": {hydrated("https://x.example.com/dry", "https://git.example.com/ok/wet"), 1},
		"wet source of hydration": {hydrated("https://git.example.com/ok/dry", "https://x.example.com/wet"), 1},
		"both of hydration":       {hydrated("https://x.example.com/dry", ""), 1},
	} {
		if got := policy.Application(p, c.app, paris); len(got) != c.want {
			t.Errorf("%s: got %v, want %d violations", name, got, c.want)
		}
	}
}

func hydrated(dry, wet string) *v1alpha1.Application {
	app := from()
	app.Spec.SourceHydrator = &v1alpha1.SourceHydrator{
		DrySource: v1alpha1.DrySource{RepoURL: dry}, SyncSource: v1alpha1.SyncSource{RepoURL: wet, Path: "x", TargetBranch: "env"},
	}
	return app
}

func TestMessagesOfRepositories(t *testing.T) {
	for _, c := range []struct {
		rules []string
		repo  string
		want  string
	}{
		{
			[]string{"https://a/*", "https://b/*", "https://c/*", "https://d/*", "!https://e/*"}, "https://e/x",
			"project edge: spec.sourceRepos[4]: repository https://e/x is forbidden by !https://e/*; take that entry away, or use another repository",
		},
		{
			[]string{"https://a/*", "https://b/*", "https://c/*", "https://d/*"}, "https://e/x",
			"project edge: spec.sourceRepos: repository https://e/x is not permitted; add it there, or use one that matches what is: https://a/*, https://b/*, https://c/* and 1 more",
		},
		{nil, "https://e/x", "project edge: spec.sourceRepos: repository https://e/x is not permitted; add it there, or use one that matches what is: nothing"},
		{
			[]string{"https://user:S3CRET@a/*", "https://S3CRET@b/*", "ssh://git:S3CRET@c/*", "ssh://git@d/x"}, "https://me:S3CRET@e/x",
			"project edge: spec.sourceRepos: repository https://***@e/x is not permitted; add it there, or use one that matches what is: https://***@a/*, https://***@b/*, ssh://***@c/* and 1 more",
		},
		{[]string{"*", "!https://S3CRET@b/*"}, "https://S3CRET@b/x", "project edge: spec.sourceRepos[1]: repository https://***@b/x is forbidden by !https://***@b/*; take that entry away, or use another repository"},
	} {
		got := policy.Application(project(c.rules...), from(c.repo), paris)
		if len(got) != 1 || got[0].Error() != c.want {
			t.Errorf("got %v\nwant %s", got, c.want)
		}
	}
}

func TestRulesThatCannotBeReadAreNamed(t *testing.T) {
	got := policy.Application(project("https://a/[", "https://b/*"), from("https://a/x"), paris)
	if len(got) != 2 || got[1].Field != "spec.sourceRepos[0]" || !strings.Contains(got[1].Error(), "which is no pattern") {
		t.Errorf("got %v", got)
	}
}

// The order of rules makes no difference, and another rule that permits
// forbids nothing.
func TestOrderOfRulesMakesNoDifference(t *testing.T) {
	rules := rapid.SampledFrom([]string{"*", "!*", "https://h/*", "!https://h/*", "https://h/a/**", "!https://h/a/b", "https://h/{a,b}", "![", "https://g/*"})
	repos := rapid.SampledFrom([]string{"https://h/a", "https://h/a/b", "https://h/c", "https://g/a", "git@h:a"})
	permits := func(rules []string, repo string) bool {
		return len(policy.Application(project(rules...), from(repo), paris)) == 0
	}
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rules, 0, 5).Draw(t, "rules")
		repo := repos.Draw(t, "repo")
		other := slices.Clone(list)
		slices.Reverse(other)
		if permits(list, repo) != permits(other, repo) {
			t.Fatalf("%q: not what %q says", other, list)
		}
		if permits(list, repo) && !permits(append(other, "https://g/*"), repo) {
			t.Fatalf("%q and https://g/*: forbids %s", list, repo)
		}
	})
}
