package scm_test

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm"
)

func TestServersAreVerifiedWithTheirBundleOrNotAtAll(t *testing.T) {
	w := &world{pulls: []fakePull{{number: 1, title: "x", sha: "a"}}}
	for name, fake := range map[string]http.Handler{"gitlab": gitlabFake(w), "bitbucketServer": bitbucketServerFake(w), "gitea": giteaFake(w)} {
		s := httptest.NewUnstartedServer(fake)
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.StartTLS()
		defer s.Close()
		bundle := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
		fields := map[string]object{
			"gitlab":          {"project": "acme/shop", "pullRequestState": "opened"},
			"bitbucketServer": {"project": "acme", "repo": "shop"},
			"gitea":           {"owner": "acme", "repo": "shop"},
		}[name]
		fields["api"] = s.URL
		caRef := func(key string) object { return object{"caRef": object{"configMapName": "ca", "key": key}} }
		for _, test := range []struct {
			with object
			opts scm.Options
			err  string
		}{
			{nil, scm.Options{}, "certificate"},
			{object{"insecure": true}, scm.Options{}, ""},
			{nil, scm.Options{CA: []byte(bundle)}, ""},
			{caRef("good"), scm.Options{}, ""},
			{caRef("bad"), scm.Options{}, "no certificate in the CA bundle"},
			{caRef("none"), scm.Options{}, `key "none" of ConfigMap team/ca is missing`},
		} {
			if name == "gitea" && test.with["caRef"] != nil {
				continue // has no such field
			}
			test.opts.AllowLoopback = true
			c := scm.New(objects{maps: map[string]map[string]string{"ca": {"good": bundle, "bad": "x"}}}, test.opts)
			answer, err := ask(t, c, "pullRequest", object{name: with(fields, test.with)})
			if test.err != "" {
				says(t, err, name, test.err)
			} else if err != nil || len(answer.PullRequests) != 1 {
				t.Errorf("%s, %v: %v", name, test, err)
			}
		}
	}
}

func TestBadGeneratorsSayWhatToWrite(t *testing.T) {
	github := object{"owner": "acme", "repo": "shop"}
	for _, test := range []struct {
		kind string
		spec object
		want []string
	}{
		{"scmProvider", object{}, []string{"no provider is set"}},
		{"pullRequest", object{}, []string{"no provider is set"}},
		{"list", object{}, []string{`"list"`}},
		{"scmProvider", object{"awsCodeCommit": object{"region": "eu-west-1"}}, []string{"awsCodeCommit is not supported", "generator"}},
		{"scmProvider", object{"azureDevOps": object{"organization": "a", "teamProject": "b"}}, []string{"accessTokenRef is missing"}},
		{"scmProvider", object{"gitea": object{"owner": "a"}}, []string{"gitea", "api is empty"}},
		{"scmProvider", object{"github": object{}}, []string{"github", "organization"}},
		{"scmProvider", object{"github": object{"organization": "a/../b"}}, []string{"github", "organization"}},
		{"scmProvider", object{"gitlab": object{"group": "/"}}, []string{"gitlab", "group is empty"}},
		{"scmProvider", object{"bitbucketServer": object{"api": "https://x", "project": ".."}}, []string{"bitbucketServer", "project"}},
		{"scmProvider", object{"github": object{"organization": "a"}, "cloneProtocol": "git"}, []string{"github", `cloneProtocol "git"`}},
		{"scmProvider", object{"github": object{"organization": "a"}, "filters": []object{{}, {"branchMatch": "("}}}, []string{"filters[1].branchMatch"}},
		{"pullRequest", object{"github": github, "filters": []object{{"titleMatch": "["}}}, []string{"filters[0].titleMatch"}},
		{"pullRequest", object{"github": with(github, object{"tokenRef": object{"secretName": "none", "key": "k"}})}, []string{"github", "Secret team/none does not exist"}},
		{"pullRequest", object{"github": with(github, object{"tokenRef": object{"secretName": "cred", "key": "k"}})}, []string{"github", `key "k" of Secret team/cred is empty or missing`}},
		{"pullRequest", object{"github": with(github, object{"api": "https://ada:pw@x"})}, []string{"github", "user or password"}},
		{"pullRequest", object{"github": with(github, object{"api": "https://other.example.com"})}, []string{`"https://other.example.com" is not allowed`, "https://git.example.com"}},
		{"pullRequest", object{"gitlab": object{"project": ""}}, []string{"gitlab", "project is empty"}},
	} {
		opts := scm.Options{}
		if strings.Contains(test.want[0], "not allowed") {
			opts.AllowedAPIs = []string{"https://git.example.com"}
		}
		c, _ := newClient(opts)
		_, err := ask(t, c, test.kind, test.spec)
		says(t, err, test.want...)
	}
	c, _ := newClient(scm.Options{})
	_, err := c.Answer(t.Context(), generators.Question{Kind: "pullRequest", Spec: "{"})
	says(t, err, "read the generator")
}

func TestASilentServerIsGivenUp(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer s.Close()
	c, _ := newClient(scm.Options{Timeout: 5 * time.Millisecond})
	spec := object{"github": object{"owner": "acme", "repo": "shop", "api": s.URL}}
	_, err := ask(t, c, "pullRequest", spec)
	says(t, err, "did not answer within 5ms")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c, _ = newClient(scm.Options{})
	_, err = c.Answer(ctx, generators.Question{Kind: "pullRequest", Spec: `{"github":{"owner":"a","repo":"b","api":"` + s.URL + `"}}`})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestRedirectsAreFollowedAFewTimes(t *testing.T) {
	s := serve(t, "", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.RequestURI(), http.StatusMovedPermanently)
	}))
	c, _ := newClient(scm.Options{})
	_, err := ask(t, c, "pullRequest", object{"github": object{"owner": "acme", "repo": "shop", "api": s.URL}})
	says(t, err, "more than 5 redirects")
	if s.count() > 6 {
		t.Errorf("%d requests", s.count())
	}
}

func TestASignInPageIsNamedAsSuch(t *testing.T) {
	s := serve(t, "", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNonAuthoritativeInfo)
		_, _ = w.Write([]byte("<html>Sign in</html>"))
	}))
	c, _ := newClient(scm.Options{})
	_, err := ask(t, c, "pullRequest", object{"azuredevops": object{"organization": "a", "project": "b", "repo": "c", "api": s.URL}})
	says(t, err, "azuredevops", "instead of JSON", "203", "credential is valid")
}

// Cloud's pages name each other by address.
func TestANextPageElsewhereIsRefused(t *testing.T) {
	other := serve(t, "", bitbucketCloudFake(&world{}))
	s := serve(t, "", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reply(w, object{"values": []object{{"id": 1}}, "next": other.URL + "/repositories/acme/shop/pullrequests"})
	}))
	c, _ := newClient(scm.Options{})
	_, err := ask(t, c, "pullRequest", object{"bitbucket": object{"owner": "acme", "repo": "shop", "api": s.URL}})
	says(t, err, "the next page is not at")
	if other.count() > 0 {
		t.Error("it was asked")
	}
}
