package source

import (
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-logr/logr/testr"
)

// server is a real Git server over HTTP (git http-backend) with one bare
// repository, "repo.git", and a work tree to commit to it.
type server struct {
	t    *testing.T
	URL  string
	bare string
	work string
	// backend answers as Git does, uncounted.
	backend http.Handler
	// requests counts what arrived; sent counts the bytes of packs.
	requests atomic.Int64
	sent     atomic.Int64
	// fail, if set, answers instead of Git.
	fail atomic.Pointer[http.HandlerFunc]
}

func newServer(t *testing.T) *server {
	t.Helper()
	path, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Skipf("git is not installed: %v", err)
	}
	root := t.TempDir()
	s := &server{t: t, bare: filepath.Join(root, "repo.git"), work: t.TempDir()}
	run(t, root, "init", "-q", "--bare", "-b", "main", s.bare)
	run(t, s.work, "init", "-q", "-b", "main")
	run(t, s.work, "remote", "add", "origin", s.bare)
	backend := &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(path)), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1"},
	}
	s.backend = backend
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		if f := s.fail.Load(); f != nil {
			(*f)(w, r)
			return
		}
		backend.ServeHTTP(&countingWriter{w, &s.sent}, r)
	}))
	t.Cleanup(web.Close)
	s.URL = web.URL + "/repo.git"
	return s
}

type countingWriter struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	c.n.Add(int64(len(p)))
	return c.ResponseWriter.Write(p)
}

// answer makes the server answer with f; nil brings Git back.
func (s *server) answer(f http.HandlerFunc) {
	if f == nil {
		s.fail.Store(nil)
		return
	}
	s.fail.Store(&f)
}

// commit writes files (nil removes one), commits, pushes the branch that is
// checked out, and returns the commit.
func (s *server) commit(files map[string]string) string {
	s.t.Helper()
	for name, content := range files {
		full := filepath.Join(s.work, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	return s.push()
}

func (s *server) push() string {
	s.t.Helper()
	s.git("add", "-A")
	s.git("commit", "-q", "--allow-empty", "-m", "change")
	s.git("push", "-q", "-f", "origin", "HEAD")
	return s.git("rev-parse", "HEAD")
}

func (s *server) git(args ...string) string {
	s.t.Helper()
	return run(s.t, s.work, args...)
}

func run(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com",
		"GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com",
		"GIT_AUTHOR_DATE=2024-01-01T00:00:00Z", "GIT_COMMITTER_DATE=2024-01-01T00:00:00Z")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func newGit(t *testing.T, limits Limits) *Git {
	t.Helper()
	g := NewGit(GitOptions{CacheDir: t.TempDir(), Limits: limits, Logger: testr.New(t)})
	t.Cleanup(g.Close)
	return g
}
