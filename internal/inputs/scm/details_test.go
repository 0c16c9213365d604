package scm_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm"
)

// Files that answer by path alone, as the case folders of tests have them.
func TestStaticFilesServeAsGitHubAndGitLab(t *testing.T) {
	files := map[string]string{
		"/api/v3/orgs/acme/repos": `[{"id": 11, "name": "vision-svc", "owner": {"login": "acme"}, "ssh_url": "git@x:v.git", "default_branch": "main", "topics": ["ai","edge"]},
			{"id": 12, "name": "legacy", "owner": {"login": "acme"}, "ssh_url": "git@x:l.git", "default_branch": "Release/1_x", "archived": true}]`,
		"/api/v3/repos/acme/legacy/branches/Release/1_x":                   `{"name": "Release/1_x", "commit": {"sha": "abcd"}}`,
		"/api/v3/repos/acme/vision-svc/branches/main":                      `{"name": "main", "commit": {"sha": "0bc5"}}`,
		"/api/v3/repos/acme/vision-svc/contents/deploy/kustomization.yaml": `{"type": "file"}`,
		"/api/v4/groups/acme/edge/projects":                                `[{"id": 11, "path": "vision-svc", "namespace": {"full_path": "acme/edge"}, "ssh_url_to_repo": "git@x:v.git", "default_branch": "main", "tag_list": ["old"]}]`,
		"/api/v4/projects/11/repository/branches/main":                     `{"name": "main", "commit": {"id": "0bc5"}}`,
		"/api/v4/projects/11/repository/files/deploy/kustomization.yaml":   `{"file_name": "kustomization.yaml"}`,
		"/api/v4/projects/fleet/apps/merge_requests":                       `[{"iid": 4, "title": "x", "source_branch": "f", "target_branch": "main", "sha": "s", "labels": [], "author": {"username": "ada"}}]`,
		"/api/v4/projects/fleet/apps-of-2.0/merge_requests":                `[]`,
		"/api/v3/repos/fleet/apps/pulls":                                   `[{"number": 12, "title": "t", "head": {"ref": "f", "sha": "s"}, "base": {"ref": "main"}, "user": {"login": "ada"}, "labels": []}]`,
	}
	s := serve(t, "", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := files[r.URL.Path]
		if page := r.URL.Query().Get("page"); ok && page != "" && page != "1" {
			body = "[]"
		}
		if !ok {
			fail(w, http.StatusNotFound, "not found")
			return
		}
		_, _ = w.Write([]byte(body))
	}))
	c, _ := newClient(scm.Options{})
	api := object{"api": s.URL + "/"}
	paths := object{"filters": []object{{"pathsExist": []string{"deploy/kustomization.yaml"}}}}
	vision := generators.SCMRepository{Organization: "acme", Repository: "vision-svc", RepositoryID: "11", URL: "git@x:v.git", Branch: "main", SHA: "0bc5", Labels: []string{"ai", "edge"}}
	legacy := generators.SCMRepository{Organization: "acme", Repository: "legacy", RepositoryID: "12", URL: "git@x:l.git", Branch: "Release/1_x", SHA: "abcd"}
	lab := vision
	lab.Organization, lab.Labels = "acme/edge", []string{"old"}
	for _, test := range []struct {
		spec object
		want []generators.SCMRepository
	}{
		{object{"github": with(api, object{"organization": "acme"})}, []generators.SCMRepository{legacy, vision}},
		{object{"github": with(api, object{"organization": "acme", "excludeArchivedRepos": true})}, []generators.SCMRepository{vision}},
		{with(paths, object{"github": with(api, object{"organization": "acme"})}), []generators.SCMRepository{vision}},
		{with(paths, object{"gitlab": with(api, object{"group": "acme/edge"})}), []generators.SCMRepository{lab}},
	} {
		answer, err := ask(t, c, "scmProvider", test.spec)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, answer.Repositories); diff != "" {
			t.Error(diff)
		}
	}
	for _, test := range []struct {
		spec object
		want []generators.PullRequest
	}{
		{object{"github": with(api, object{"owner": "fleet", "repo": "apps"})}, []generators.PullRequest{{Number: 12, Title: "t", Branch: "f", TargetBranch: "main", HeadSHA: "s", Author: "ada"}}},
		{object{"gitlab": with(api, object{"project": "fleet/apps"})}, []generators.PullRequest{{Number: 4, Title: "x", Branch: "f", TargetBranch: "main", HeadSHA: "s", Labels: []string{}, Author: "ada"}}},
		{object{"gitlab": with(api, object{"project": "fleet/apps-of-2.0"})}, []generators.PullRequest{}},
	} {
		answer, err := ask(t, c, "pullRequest", test.spec)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, answer.PullRequests); diff != "" {
			t.Error(diff)
		}
	}
}

func TestArchivedRepositories(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		flag, ok := map[string]string{"github": "excludeArchivedRepos", "gitea": "excludeArchivedRepos", "gitlab": "includeArchivedRepos"}[p.name]
		if !ok {
			return // knows no archive
		}
		w := fullWorld()
		w.repos = w.repos[:2]
		w.repos[1].archived = true
		s := serve(t, p.header, p.fake(w))
		c, _ := newClient(scm.Options{})
		for _, set := range []bool{false, true} {
			got, err := p.askRepositories(t, c, s, with(p.repositories, p.credential, object{flag: set}), nil)
			if want := map[bool]int{true: 1, false: 2}[set == (flag == "excludeArchivedRepos")]; err != nil || len(got) != want {
				t.Errorf("%s %v: %d, %v", flag, set, len(got), err)
			}
		}
	})
}

func TestGitLabParametersThatSelectProjects(t *testing.T) {
	s := serve(t, "", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("[]")) }))
	c, _ := newClient(scm.Options{})
	_, err := ask(t, c, "scmProvider", object{"gitlab": object{"group": "12", "api": s.URL, "includeSubgroups": true, "includeSharedProjects": false, "topic": "ai"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"/api/v4/groups/12/projects?", "include_subgroups=true", "with_shared=false", "topic=ai", "archived=false", "per_page=100"} {
		if !strings.Contains(s.seen()[0], want) {
			t.Errorf("%s lacks %s", s.seen()[0], want)
		}
	}
	_, err = ask(t, c, "pullRequest", object{"gitlab": object{"project": "a/b", "api": s.URL, "labels": []string{"x", "y z"}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.seen()[1]; !strings.Contains(got, "labels=x%2Cy+z") || strings.Contains(got, "state=") {
		t.Error(got)
	}
}

// GitLab does not count above 10,000, and then names only the next page.
func TestGitLabPagesWithoutATotal(t *testing.T) {
	w := fullWorld()
	s := serve(t, "", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		gitlabFake(w).ServeHTTP(withoutTotal{rw}, r)
	}))
	c, _ := newClient(scm.Options{})
	answer, err := ask(t, c, "pullRequest", object{"gitlab": object{"project": "acme/shop", "api": s.URL, "pullRequestState": "opened"}})
	if err != nil || len(answer.PullRequests) != 230 {
		t.Errorf("%v", err)
	}
}

type withoutTotal struct{ http.ResponseWriter }

func (w withoutTotal) Write(b []byte) (int, error) {
	w.Header().Del("X-Total")
	return w.ResponseWriter.Write(b)
}

func TestBitbucketServerAddressesWithAndWithoutRest(t *testing.T) {
	s := serve(t, "Authorization: Bearer "+token, bitbucketServerFake(fullWorld()))
	c, _ := newClient(scm.Options{})
	for _, end := range []string{"", "/", "/rest", "/rest/"} {
		answer, err := ask(t, c, "pullRequest", object{"bitbucketServer": object{
			"project": "acme", "repo": "shop", "api": s.URL + end, "bearerToken": object{"tokenRef": object{"secretName": "cred", "key": "token"}},
		}})
		if err != nil || len(answer.PullRequests) != 230 {
			t.Errorf("%s: %v", end, err)
		}
	}
}

func TestADefaultBranchThatIsGone(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		w := fullWorld()
		w.repos = w.repos[:2]
		w.repos[1].branches = map[string]string{"other": "x"}
		s := serve(t, p.header, p.fake(w))
		c, _ := newClient(scm.Options{})
		got, err := p.askRepositories(t, c, s, with(p.repositories, p.credential), nil)
		if slices.Contains([]string{"github", "gitlab", "bitbucketServer"}, p.name) {
			if err != nil || len(got) != 1 {
				t.Errorf("%v, %v", got, err)
			}
		} else if p.name != "bitbucket" {
			says(t, err, "trunk", "lib")
		}
	})
}

func TestPathsOutsideTheRepositoryAreRefused(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		s := serve(t, p.header, p.fake(&world{repos: fullWorld().repos[:1]}))
		c, _ := newClient(scm.Options{})
		_, err := p.askRepositories(t, c, s, with(p.repositories, p.credential), object{"filters": []object{{"pathsExist": []string{"../../x"}}}})
		says(t, err, `path "../../x"`)
		if slices.ContainsFunc(s.seen(), func(r string) bool { return strings.Contains(r, "..") }) {
			t.Error("it was asked for")
		}
	})
}

// Credentials come by reference alone.
func TestNoTokenIsTakenFromTheEnvironment(t *testing.T) {
	for _, name := range []string{"GITHUB_TOKEN", "GITLAB_TOKEN", "GITEA_TOKEN"} {
		t.Setenv(name, token)
	}
	for _, p := range providers()[:3] {
		s := serve(t, "", p.fake(&world{}))
		s.before = func(_ int, _ http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("Authorization")+r.Header.Get("Private-Token") != "" {
				t.Errorf("%s: sent", p.name)
			}
			return false
		}
		c, _ := newClient(scm.Options{})
		if _, err := p.askPulls(t, c, s, p.pulls, nil); err != nil {
			t.Error(err)
		}
	}
}

func TestAListingShorterThanItsOwnCountIsAnError(t *testing.T) {
	one := `{"iid": 1, "number": 1, "id": 1}`
	for name, test := range map[string]struct {
		fields  object
		headers map[string]string
		body    string
		want    string
	}{
		"gitlab":          {object{"project": "a/b"}, map[string]string{"X-Next-Page": "", "X-Total": "5"}, "[" + one + "]", "1 of 5"},
		"gitea":           {object{"owner": "a", "repo": "b"}, map[string]string{"X-Total-Count": "5"}, "[" + one + "]", "1 of 5"},
		"bitbucket":       {object{"owner": "a", "repo": "b"}, nil, `{"size": 5, "values": [` + one + `]}`, "1 of 5"},
		"bitbucketServer": {object{"project": "a", "repo": "b"}, nil, `{"isLastPage": false, "values": [` + one + `]}`, "neither the last page"},
	} {
		s := serve(t, "", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for name, value := range test.headers {
				w.Header().Set(name, value)
			}
			if page := r.URL.Query().Get("page"); page != "" && page != "1" {
				test.body = "[]"
			}
			_, _ = w.Write([]byte(test.body))
		}))
		c, _ := newClient(scm.Options{})
		_, err := ask(t, c, "pullRequest", object{name: with(test.fields, object{"api": s.URL})})
		says(t, err, name, test.want)
	}
}
