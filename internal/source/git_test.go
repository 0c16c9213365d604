package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

func TestResolve(t *testing.T) {
	s := newServer(t)
	first := s.commit(map[string]string{"a": "1"})
	s.git("tag", "v1.0.0")
	second := s.commit(map[string]string{"a": "2"})
	s.git("tag", "-a", "v1.2.0", "-m", "annotated")
	s.git("tag", "both", first)
	s.git("branch", "both", second)
	s.git("push", "-q", "origin", "--tags", "refs/heads/both:refs/heads/both")
	third := s.commit(map[string]string{"a": "3"})

	g := newGit(t, Limits{})
	if _, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Commit: third}); err != nil {
		t.Fatal(err)
	}
	for revision, want := range map[string]string{
		"":                     third,
		"HEAD":                 third,
		"main":                 third,
		"refs/heads/main":      third,
		"v1.0.0":               first,
		"refs/tags/v1.2.0":     second, // peeled
		"v1.2.0":               second,
		"both":                 second, // a branch before a tag
		"refs/tags/both":       first,
		"1.*":                  second,
		">=1.0.0 <1.1.0":       first,
		strings.ToUpper(first): first,
		third[:8]:              third,
	} {
		got, err := g.Resolve(t.Context(), s.URL, revision)
		if err != nil || got != want {
			t.Errorf("Resolve(%q) = %q, %v; want %q", revision, got, err, want)
		}
	}
	for revision, want := range map[string]error{
		"nope":      ErrNotFound,
		"v9.9.9":    ErrNotFound,
		"2.*":       ErrNotFound,
		first[:8]:   ErrNotFound, // never fetched
		"-upload":   ErrRefused,
		"a\nb":      ErrRefused,
		"../../etc": ErrNotFound,
	} {
		if got, err := g.Resolve(t.Context(), s.URL, revision); !errors.Is(err, want) {
			t.Errorf("Resolve(%q) = %q, %v; want %v", revision, got, err, want)
		}
	}
	if _, err := g.Resolve(t.Context(), s.URL+"x", "main"); !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrDenied) {
		t.Errorf("missing repository: %v", err)
	}
}

func TestResolveAnEmptyRepository(t *testing.T) {
	s := newServer(t)
	if _, err := newGit(t, Limits{}).Resolve(t.Context(), s.URL, "main"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

// The server hands out arbitrary commits, only what it advertises, or commits
// reachable from that: all three exist in the wild.
func TestFetchEveryKindOfServer(t *testing.T) {
	s := newServer(t)
	var commits []string
	for i := range 3 { // far enough apart that the search must deepen
		commits = append(commits, s.commit(map[string]string{"n": fmt.Sprint(i * 40), "same": "x", "dir/same": "y"}))
		for range 30 {
			s.git("commit", "-q", "--allow-empty", "-m", "filler")
		}
	}
	tip := s.commit(map[string]string{"n": "tip"})
	for _, config := range []string{"uploadpack.default", "uploadpack.allowReachableSHA1InWant", "uploadpack.allowAnySHA1InWant"} {
		t.Run(config, func(t *testing.T) {
			run(t, s.bare, "config", config, "true")
			g := newGit(t, Limits{})
			for i, commit := range append([]string{tip}, commits...) {
				tree, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: commit})
				if err != nil {
					t.Fatalf("fetch %d: %v", i, err)
				}
				want := "tip"
				if i > 0 {
					want = fmt.Sprint((i - 1) * 40)
				}
				if got := read(t, tree, "n"); got != want {
					t.Errorf("fetch %d: n = %q, want %q", i, got, want)
				}
				if got := read(t, tree, "dir/same"); got != "y" {
					t.Errorf("fetch %d: dir/same = %q", i, got)
				}
			}
			fresh := newGit(t, Limits{})
			tree, err := fresh.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: commits[0], Commit: commits[0]})
			if err != nil {
				t.Fatal(err)
			}
			if got := read(t, tree, "n"); got != "0" {
				t.Errorf("n = %q, want 0", got)
			}
		})
	}
}

func TestFetchAnAnnotatedTag(t *testing.T) {
	s := newServer(t)
	s.commit(map[string]string{"a": "1"})
	commit := s.commit(map[string]string{"a": "2"})
	s.git("tag", "-a", "v1", "-m", "x")
	s.git("push", "-q", "origin", "v1")
	s.commit(map[string]string{"a": "3"})
	tree, err := newGit(t, Limits{}).Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "v1", Commit: commit})
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, tree, "a"); got != "2" {
		t.Errorf("a = %q", got)
	}
}

// A revert brings back a tree that a shallow cache never had: the server must
// not believe that we hold the history of what we hold.
func TestFetchARevertAfterAShallowFetch(t *testing.T) {
	s := newServer(t)
	s.commit(map[string]string{"dir/a": "old", "b": "x"})
	second := s.commit(map[string]string{"dir/a": "new"})
	g := newGit(t, Limits{})
	if _, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: second}); err != nil {
		t.Fatal(err)
	}
	s.git("revert", "--no-edit", "HEAD")
	third := s.push()
	tree, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: third})
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, tree, "dir/a"); got != "old" {
		t.Errorf("dir/a = %q, want old", got)
	}
}

func TestFetchSendsOnlyWhatIsNew(t *testing.T) {
	s := newServer(t)
	noise := make([]byte, 1<<20)
	rand.New(rand.NewSource(1)).Read(noise)
	first := s.commit(map[string]string{"noise": string(noise), "a": "1"})
	g := newGit(t, Limits{})
	if _, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: first}); err != nil {
		t.Fatal(err)
	}
	s.sent.Store(0)
	second := s.commit(map[string]string{"a": "2"})
	tree, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: second})
	if err != nil {
		t.Fatal(err)
	}
	if n := s.sent.Load(); n > 10_000 {
		t.Errorf("the second fetch cost %d bytes, want a few hundred", n)
	}
	if got := read(t, tree, "noise"); got != string(noise) {
		t.Error("the file of the first fetch is not readable through the second")
	}
	before := s.requests.Load()
	if _, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: first}); err != nil {
		t.Fatal(err)
	}
	if n := s.requests.Load() - before; n != 0 {
		t.Errorf("a commit in the cache cost %d requests", n)
	}
}

func TestFetchAfterForcePush(t *testing.T) {
	s := newServer(t)
	s.commit(map[string]string{"a": "0"})
	gone := s.commit(map[string]string{"a": "1"})
	lost := s.commit(map[string]string{"a": "lost"})
	g := newGit(t, Limits{})
	if _, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: gone}); err != nil {
		t.Fatal(err)
	}
	s.git("reset", "-q", "--hard", "HEAD~2")
	commit := s.commit(map[string]string{"a": "2"})
	tree, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: commit})
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, tree, "a"); got != "2" {
		t.Errorf("a = %q", got)
	}
	if _, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: gone}); err != nil {
		t.Errorf("the last good commit is no longer served from the cache: %v", err)
	}
	_, err = newGit(t, Limits{}).Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: lost})
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "no longer reachable from main") {
		t.Errorf("vanished commit: %v", err)
	}
}

// An addition that outweighs its budget becomes a fresh shallow fetch.
func TestFetchStartsOverWhenAnAdditionIsLarge(t *testing.T) {
	s := newServer(t)
	first := s.commit(map[string]string{"a": "1"})
	g := newGit(t, Limits{})
	if _, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: first}); err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, minIncrement)
	for i := range 2 { // history that a shallow fetch does not need
		rand.New(rand.NewSource(int64(i))).Read(noise)
		s.commit(map[string]string{"noise": string(noise[:minIncrement*3/4])})
	}
	last := s.commit(map[string]string{"noise": "small"})
	tree, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: last})
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, tree, "noise"); got != "small" {
		t.Errorf("noise = %d bytes", len(got))
	}
	if n := g.repository(s.URL).generation.number; n != 2 {
		t.Errorf("generation %d, want 2", n)
	}
}

func TestManyPacksStartOver(t *testing.T) {
	s := newServer(t)
	g := newGit(t, Limits{Packs: 3})
	var trees []*Tree
	for i := range 5 {
		commit := s.commit(map[string]string{"a": fmt.Sprint(i)})
		tree, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: commit})
		if err != nil {
			t.Fatal(err)
		}
		trees = append(trees, tree)
	}
	for i, tree := range trees {
		if got := read(t, tree, "a"); got != fmt.Sprint(i) {
			t.Errorf("tree %d: a = %q", i, got)
		}
	}
}

func TestCacheSurvivesRestart(t *testing.T) {
	s := newServer(t)
	commit := s.commit(map[string]string{"a": "1"})
	dir := t.TempDir()
	for range 2 {
		g := NewGit(GitOptions{CacheDir: dir})
		tree, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: commit})
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, tree, "a"); got != "1" {
			t.Errorf("a = %q", got)
		}
		g.Close()
		s.answer(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	}
}

// Whatever byte of the cache is changed, a fetch gives the right content or a
// typed error, and never panics.
func TestDamagedCacheIsFetchedAnew(t *testing.T) {
	s := newServer(t)
	commit := s.commit(map[string]string{"a": strings.Repeat("content ", 200), "dir/b": "2"})
	rng := rand.New(rand.NewSource(7))
	for round := range 30 {
		dir := t.TempDir()
		g := NewGit(GitOptions{CacheDir: dir})
		if _, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: commit}); err != nil {
			t.Fatal(err)
		}
		var names []string
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				names = append(names, p)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		name := names[round%len(names)]
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		switch round % 5 {
		case 0:
			raw = raw[:len(raw)/2]
		default:
			raw[rng.Intn(len(raw))] ^= 1 << rng.Intn(8)
		}
		if err := os.WriteFile(name, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		g.Close()
		g = NewGit(GitOptions{CacheDir: dir})
		var got []byte
		for range 2 { // damage found while reading shows in the fetch after it
			tree, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: commit})
			if err != nil {
				t.Fatalf("round %d, %s: %v", round, filepath.Base(name), err)
			}
			if got, err = tree.ReadFile("a"); err == nil {
				break
			}
			if _, err = tree.ReadFile("dir/b"); err == nil {
				continue
			}
		}
		if string(got) != strings.Repeat("content ", 200) {
			t.Errorf("round %d, %s: wrong content of %d bytes", round, filepath.Base(name), len(got))
		}
		g.Close()
	}
}

func TestErrorsOfServers(t *testing.T) {
	s := newServer(t)
	commit := s.commit(map[string]string{"a": "1"})
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   error
	}{
		"maintenance": {status(http.StatusServiceUnavailable), ErrUnavailable},
		"rate limit":  {status(http.StatusTooManyRequests), ErrUnavailable},
		"missing":     {status(http.StatusNotFound), ErrNotFound},
		"credentials": {status(http.StatusUnauthorized), ErrDenied},
		"forbidden":   {status(http.StatusForbidden), ErrDenied},
		"HTML": {func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "<html>sign in, secret-of-the-body</html>")
		}, ErrUnavailable},
		"empty answer": {func(w http.ResponseWriter, r *http.Request) {}, ErrUnavailable},
		"cut off": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, "001e# service=git-upload-pack\n")
		}, ErrUnavailable},
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "001e# service=git-upload-pack\n0000")
			io.WriteString(w, "0040"+strings.Repeat("1", 40)+" HEAD\x00side-band-64k\n")
			for i := 0; ; i++ {
				line := fmt.Sprintf("%040x refs/heads/%d\n", i+1, i)
				if _, err := fmt.Fprintf(w, "%04x%s", len(line)+4, line); err != nil {
					return
				}
			}
		}, ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			s.answer(c.answer)
			g := newGit(t, Limits{})
			_, err := g.Resolve(t.Context(), s.URL, "main")
			if !errors.Is(err, c.want) {
				t.Errorf("Resolve: %v, want %v", err, c.want)
			}
			_, err = g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: commit})
			if !errors.Is(err, c.want) {
				t.Errorf("Fetch: %v, want %v", err, c.want)
			}
			if strings.Contains(err.Error(), "secret-of-the-body") {
				t.Errorf("the answer's body is in the error: %v", err)
			}
		})
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Error(w, "secret-of-the-body", code) }
}

func TestServerAway(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	url := closed.URL + "/repo.git"
	closed.Close()
	if _, err := newGit(t, Limits{}).Resolve(t.Context(), url, "main"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
	hanging := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-hanging }))
	defer slow.Close()
	defer close(hanging)
	g := newGit(t, Limits{Timeout: 50 * time.Millisecond})
	if _, err := g.Resolve(t.Context(), slow.URL+"/repo.git", "main"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Resolve(ctx, slow.URL+"/repo.git", "main"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestLimits(t *testing.T) {
	s := newServer(t)
	noise := make([]byte, 300<<10)
	rand.New(rand.NewSource(1)).Read(noise)
	commit := s.commit(map[string]string{"a": string(noise), "b": "1", "c": "2"})
	for name, limits := range map[string]Limits{
		"bytes": {FetchBytes: 100 << 10},
		"files": {Files: 2},
	} {
		_, err := newGit(t, limits).Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: commit})
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v, want ErrTooLarge", name, err)
		}
	}
	tree, err := newGit(t, Limits{FileBytes: 1000}).Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: commit})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.ReadFile("a"); !errors.Is(err, ErrTooLarge) {
		t.Errorf("reading a large file: %v", err)
	}
}

// A pack of 64 KiB that unpacks to 100 MiB.
func TestPackBomb(t *testing.T) {
	s := newServer(t)
	commit := s.commit(map[string]string{"zeros": strings.Repeat("\x00", maxObjectBytes+1)})
	_, err := newGit(t, Limits{}).Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: commit})
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v, want ErrTooLarge", err)
	}
}

func TestConcurrentFetches(t *testing.T) {
	s := newServer(t)
	var commits []string
	for i := range 4 {
		commits = append(commits, s.commit(map[string]string{"a": fmt.Sprint(i)}))
	}
	g := newGit(t, Limits{})
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			tree, err := g.Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: commits[i%4]})
			if err != nil {
				t.Error(err)
				return
			}
			if got := read(t, tree, "a"); got != fmt.Sprint(i%4) {
				t.Errorf("a = %q, want %d", got, i%4)
			}
		})
	}
	wg.Wait()
}

func TestRefusedURLs(t *testing.T) {
	g := newGit(t, Limits{})
	for _, url := range []string{
		"", "--upload-pack=touch x", "-oProxyCommand=x", "file:///etc", "/etc", "ext::sh -c id", "git://host/x",
		"https://user:hunter2@host/x", "https://hunter2@host/x", "ssh://git:hunter2@host/x", "http:///x", "https://ho\nst/x",
		"ftp://host/x", "hunter2@", "https://user:hunter2@ho st/%zz",
	} {
		_, err := g.Resolve(t.Context(), url, "main")
		if !errors.Is(err, ErrRefused) {
			t.Errorf("Resolve(%q): %v, want ErrRefused", url, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error repeats the credential: %v", err)
		}
	}
	for _, url := range []string{"git@github.com:org/repo.git", "ssh://git@host/x.git"} {
		if _, err := g.Resolve(t.Context(), url, "main"); !errors.Is(err, ErrDenied) {
			t.Errorf("Resolve(%q): %v, want ErrDenied", url, err)
		}
	}
}

func TestFileURLs(t *testing.T) {
	s := newServer(t)
	commit := s.commit(map[string]string{"a": "1"})
	g := NewGit(GitOptions{CacheDir: t.TempDir(), AllowFile: true})
	got, err := g.Resolve(t.Context(), "file://"+s.bare, "main")
	if err != nil || got != commit {
		t.Fatalf("Resolve = %q, %v", got, err)
	}
	tree, err := g.Fetch(t.Context(), Request{RepoURL: s.bare, Revision: "main", Commit: commit})
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, tree, "a"); got != "1" {
		t.Errorf("a = %q", got)
	}
}

// No header of ours that could hold a credential reaches another host.
func TestRedirectToAnotherHost(t *testing.T) {
	s := newServer(t)
	commit := s.commit(map[string]string{"a": "1"})
	var seen []http.Header
	moved := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Clone())
		http.Redirect(w, r, strings.TrimSuffix(s.URL, "/repo.git")+r.URL.String(), http.StatusMovedPermanently)
	}))
	defer moved.Close()
	tree, err := newGit(t, Limits{}).Fetch(t.Context(), Request{RepoURL: moved.URL + "/repo.git", Revision: "main", Commit: commit})
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, tree, "a"); got != "1" || len(seen) != 1 || seen[0].Get("Authorization") != "" {
		t.Errorf("a = %q after %d requests: %v", got, len(seen), seen)
	}
}

func TestGitTreeIsAFileSystem(t *testing.T) {
	s := newServer(t)
	commit := s.commit(map[string]string{"a": "1", "dir.x": "2", "dir/b": "3", "dir/sub/c": "4", "dir-y": "5"})
	tree, err := newGit(t, Limits{}).Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: commit})
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(tree, "a", "dir.x", "dir/b", "dir/sub/c", "dir-y"); err != nil {
		t.Error(err)
	}
	sub, err := Sub(tree, "./dir/")
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(sub, "b", "sub/c"); err != nil {
		t.Error(err)
	}
}

func read(t *testing.T, tree fs.FS, name string) string {
	t.Helper()
	data, err := fs.ReadFile(tree, name)
	if err != nil {
		t.Error(err)
	}
	return string(data)
}
