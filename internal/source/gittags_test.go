package source

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

func TestTagsResolveByRange(t *testing.T) {
	s := newServer(t)
	commits := map[string]string{}
	for _, tag := range []string{"v1.0.0", "v1.2.0", "v1.10.0", "v2.0.0-rc.1", "app1/v1.0.0", "app1/v1.0.1", "app2/v3.0.0", "odd"} {
		commits[tag] = s.commit(map[string]string{"tag": tag})
		s.git("tag", "-a", "-m", tag, tag)
	}
	s.git("push", "-q", "origin", "--tags")
	main := s.commit(map[string]string{"tag": "main"})
	for _, branch := range []string{"1.x", "4.x", "1.2"} {
		s.git("push", "-q", "origin", "HEAD:refs/heads/"+branch)
	}
	g := newGit(t, Limits{})
	for _, c := range []struct{ prefix, revision, tag, commit string }{
		{"", "*", "v1.10.0", commits["v1.10.0"]},
		{"", "1.2.*", "v1.2.0", commits["v1.2.0"]},
		{"", ">=1.0 <1.10", "v1.2.0", commits["v1.2.0"]},
		{"", "*-0", "v2.0.0-rc.1", commits["v2.0.0-rc.1"]},
		{"", "v2.0.0-rc.1", "", commits["v2.0.0-rc.1"]},
		{"", "1.x", "v1.10.0", commits["v1.10.0"]}, // tags before a branch of that name
		{"", "4.x", "", main},                      // which is taken where no tag fits
		{"", "1.2", "", main},                      // a version is a name, whole or not
		{"", "odd", "", commits["odd"]},
		{"app1/", "*", "app1/v1.0.1", commits["app1/v1.0.1"]},
		{"app1/", "v1.0.*", "app1/v1.0.1", commits["app1/v1.0.1"]},
		{"app1/", "v1.0.0", "", commits["app1/v1.0.0"]},
		{"app2/", "*", "app2/v3.0.0", commits["app2/v3.0.0"]},
		{"app1/", "main", "", main},
		{"app1/", "", "", main},
	} {
		commit, tag, err := g.ResolveTag(t.Context(), s.URL, c.prefix, c.revision)
		if err != nil || commit != c.commit || tag != c.tag {
			t.Errorf("%s %s: %s %q %v, want %s %q", c.prefix, c.revision, commit, tag, err, c.commit, c.tag)
			continue
		}
		tree, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, TagPrefix: c.prefix, Revision: c.revision, Commit: commit})
		if err != nil || c.tag != "" && read(t, tree, "tag") != c.tag {
			t.Errorf("%s %s: %v", c.prefix, c.revision, err)
		}
	}
	for _, c := range []struct{ prefix, revision string }{{"", "5.x"}, {"", "1.0.0"}, {"app3/", "*"}, {"app2/", "v1.0.0"}} {
		if _, _, err := g.ResolveTag(t.Context(), s.URL, c.prefix, c.revision); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s %s: %v", c.prefix, c.revision, err)
		}
	}
}

// A10: a redirect to another host carries no credential.
func TestARepositoryIsShownItsOwnCredentialOnly(t *testing.T) {
	s := newServer(t)
	commit := s.commit(map[string]string{"a": "1"})
	var elsewhere atomic.Pointer[string]
	moved := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := r.Header.Get("Authorization")
		elsewhere.Store(&got)
		http.NotFound(w, r)
	}))
	t.Cleanup(moved.Close)
	var redirect atomic.Bool
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "me" || password != "hunter2" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if redirect.Load() {
			http.Redirect(w, r, moved.URL+r.URL.RequestURI(), http.StatusFound)
			return
		}
		s.backend.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	repo := front.URL + "/repo.git"
	with := func(c Credential) *Git {
		g := NewGit(GitOptions{CacheDir: t.TempDir(), Credentials: Prefixes{front.URL: c}})
		t.Cleanup(g.Close)
		return g
	}
	me := with(Credential{Username: "me", Password: "hunter2"})
	if got, err := me.Resolve(t.Context(), repo, "main"); err != nil || got != commit {
		t.Fatalf("%s %v", got, err)
	}
	if _, err := me.Fetch(t.Context(), Request{RepoURL: repo, Revision: "main", Commit: commit}); err != nil {
		t.Error(err)
	}
	for _, c := range []Credential{{}, {Username: "me", Password: "hunter3"}, {Bearer: "hunter4"}} {
		if _, err := with(c).Resolve(t.Context(), repo, "main"); !errors.Is(err, ErrDenied) || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%v: %v", c, err)
		}
	}
	redirect.Store(true)
	if _, err := me.Resolve(t.Context(), repo, "main"); err == nil || strings.Contains(err.Error(), "hunter") {
		t.Errorf("%v", err)
	}
	if got := elsewhere.Load(); got == nil || *got != "" {
		t.Errorf("the other host was shown %v", got)
	}
}

// D5
func TestARepositoryLeadsToNoServiceOfTheMachine(t *testing.T) {
	g := newGit(t, Limits{})
	for _, url := range []string{"http://169.254.169.254/latest", "http://[fe80::1]/repo", "https://[fd00:ec2::254]/x", "http://0.0.0.0/x"} {
		if _, err := g.Resolve(t.Context(), url, "main"); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", url, err)
		}
	}
	s := newServer(t)
	strict := NewGit(GitOptions{CacheDir: t.TempDir(), RefuseLoopback: true})
	t.Cleanup(strict.Close)
	if _, err := strict.Resolve(t.Context(), s.URL, "main"); !errors.Is(err, ErrRefused) || s.requests.Load() != 0 {
		t.Errorf("%v, %d requests", err, s.requests.Load())
	}
}
