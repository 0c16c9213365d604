package scm_test

import (
	"net/http"
	"testing"

	"github.com/fairlead/fairlead/internal/inputs/scm"
)

func TestAProviderOnThisMachineAnswersOnlyIfItIsListed(t *testing.T) {
	elsewhere := serve(t, "", giteaFake(&world{}))
	fake := giteaFake(&world{pulls: []fakePull{{number: 1, title: "x", sha: "a"}}})
	s := serve(t, "", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v1/repos/acme/moved/pulls" {
			http.Redirect(w, r, elsewhere.URL+"/api/v1/repos/acme/shop/pulls", http.StatusMovedPermanently)
			return
		}
		fake.ServeHTTP(w, r)
	}))
	spec := func(repo string) object {
		return object{"gitea": object{"owner": "acme", "repo": repo, "api": s.URL}}
	}
	listed := scm.New(objects{}, scm.Options{AllowedAPIs: []string{s.URL}})
	answer, err := ask(t, listed, "pullRequest", spec("shop"))
	if err != nil || len(answer.PullRequests) != 1 {
		t.Errorf("listed: %v, %v", answer, err)
	}
	_, err = ask(t, listed, "pullRequest", spec("moved"))
	says(t, err, "refused to dial 127.0.0.1")
	_, err = ask(t, scm.New(objects{}, scm.Options{}), "pullRequest", spec("shop"))
	says(t, err, "refused to dial 127.0.0.1")
	if elsewhere.count() > 0 {
		t.Error("a server that is not listed was asked")
	}
}
