package scm_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/inputs/scm"
)

// tagged answers with a tag of the body, and with nothing to who has that tag.
func tagged(handler http.Handler, unchanged *int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		tag := fmt.Sprintf("W/\"%x\"", sha256.Sum256(answer.Body.Bytes()))
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.Header().Set("ETag", tag)
		if answer.Code == http.StatusOK && r.Header.Get("If-None-Match") == tag {
			*unchanged++
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.WriteHeader(answer.Code)
		_, _ = bytes.NewReader(answer.Body.Bytes()).WriteTo(w)
	})
}

func TestGitHubIsAskedWhatChanged(t *testing.T) {
	w := fullWorld()
	unchanged := 0
	s := serve(t, "", tagged(githubFake(w), &unchanged))
	c, _ := newClient(scm.Options{})
	spec := object{
		"github":  object{"organization": "acme", "api": s.URL},
		"filters": []object{{"repositoryMatch": "shop|lib", "pathsExist": []string{"README.md"}}},
	}
	first, err := ask(t, c, "scmProvider", spec)
	if err != nil || len(first.Repositories) != 2 {
		t.Fatalf("%+v, %v", first, err)
	}
	requests, before := s.count(), unchanged
	second, err := ask(t, c, "scmProvider", spec)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
	// All but the branch of the empty repository, which is not found.
	if asked := s.count() - requests; unchanged-before != asked-1 {
		t.Errorf("%d of %d requests were answered by nothing new", unchanged-before, asked)
	}

	w.repos[0].branches["main"] = "new111"
	w.repos[1].paths = nil
	third, err := ask(t, c, "scmProvider", spec)
	if err != nil || len(third.Repositories) != 1 || third.Repositories[0].SHA != "new111" {
		t.Errorf("%+v, %v", third, err)
	}

	// Another credential does not see what this one may.
	before = unchanged
	s.want = "Authorization: Bearer " + token
	spec["github"] = with(spec["github"].(object), object{"tokenRef": object{"secretName": "cred", "key": "token"}})
	if _, err := ask(t, c, "pullRequest", object{"github": object{"owner": "acme", "repo": "shop", "api": s.URL}}); err == nil {
		t.Error("anonymous access is answered from memory")
	}
	single := with(spec, object{"filters": []object{{"repositoryMatch": "none"}}})
	if _, err := ask(t, c, "scmProvider", single); err != nil {
		t.Error(err)
	}
	// Its own second reading of the two pages alone.
	if unchanged-before != 2 {
		t.Errorf("%d answers were known to another credential", unchanged-before-2)
	}
}
