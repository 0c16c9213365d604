package scm_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// world is what a fake provider serves: the repositories of the organization
// acme, and the pull requests of its repository shop.
type world struct {
	repos []fakeRepo
	pulls []fakePull
}

type fakeRepo struct {
	id       int
	name     string
	main     string // "" before the first commit
	branches map[string]string
	paths    []string
	labels   []string
	archived bool
}

type fakePull struct {
	number int
	title  string
	from   string
	to     string
	sha    string
	labels []string
	author string
}

// repo finds a repository by its name or number.
func (w *world) repo(name string) *fakeRepo {
	for i := range w.repos {
		if r := &w.repos[i]; r.name == name || strconv.Itoa(r.id) == name {
			return r
		}
	}
	return nil
}

func (r *fakeRepo) branchNames() []string {
	var names []string
	for name := range r.branches {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// has is true for files and the directories above them.
func (r *fakeRepo) has(path string) bool {
	path = strings.Trim(path, "/")
	return slices.ContainsFunc(r.paths, func(p string) bool { return p == path || strings.HasPrefix(p, path+"/") })
}

// object is a JSON object.
type object = map[string]any

// server is a fake provider and what came in.
type server struct {
	*httptest.Server
	t *testing.T
	// want is the header that every request must have, "Name: value", or empty.
	want string

	mu       sync.Mutex
	requests []string
	// before may answer in the provider's place; it returns true if it did.
	before func(n int, w http.ResponseWriter, r *http.Request) bool
}

func serve(t *testing.T, want string, handler http.Handler) *server {
	t.Helper()
	s := &server{t: t, want: want}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests = append(s.requests, r.Method+" "+r.URL.RequestURI())
		w.Header().Set("Content-Type", "application/json")
		if s.before != nil && s.before(len(s.requests), w, r) {
			return
		}
		name, value, _ := strings.Cut(s.want, ": ")
		if got := r.Header.Get(name); s.want != "" && got != value {
			fail(w, http.StatusUnauthorized, "the credential "+got+" is not accepted")
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) count() int { return len(s.seen()) }

// seen are the requests up to now.
func (s *server) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// reply writes JSON.
func reply(w http.ResponseWriter, value any) {
	if err := json.NewEncoder(w).Encode(value); err != nil {
		panic(err)
	}
}

func fail(w http.ResponseWriter, status int, message string) {
	w.WriteHeader(status)
	reply(w, object{"message": message})
}

// cut takes the numbered page out of items, as query parameters say, and
// whether there is another.
func cut[T any](r *http.Request, items []T, size, page string) (part []T, number int, more bool) {
	per, _ := strconv.Atoi(r.URL.Query().Get(size))
	number, _ = strconv.Atoi(cmp.Or(r.URL.Query().Get(page), "1"))
	per = min(max(per, 1), 100)
	from := min((number-1)*per, len(items))
	to := min(from+per, len(items))
	return items[from:to], number, to < len(items)
}

// link sets RFC 8288's header as GitHub and Gitea do.
func link(w http.ResponseWriter, r *http.Request, number int, more bool) {
	if more {
		w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?page=%d>; rel="next"`, r.Host, r.URL.Path, number+1))
	} else if number > 1 {
		w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?page=1>; rel="first"`, r.Host, r.URL.Path))
	}
}

// each maps a slice; never nil, so that it is a JSON list.
func each[A, B any](in []A, f func(A) B) []B {
	out := make([]B, len(in))
	for i, a := range in {
		out[i] = f(a)
	}
	return out
}
