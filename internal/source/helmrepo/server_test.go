package helmrepo_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/blobs"
	"github.com/fairlead/fairlead/internal/source/helmrepo"
	"github.com/fairlead/fairlead/internal/source/web"
)

// repository is a chart repository as people publish one: a folder that
// `helm package` and `helm repo index` filled, behind a web server.
type repository struct {
	URL string
	dir string

	mu   sync.Mutex
	seen []string // method, path and status
	auth map[string]string
	// handle, if set, may answer instead of the folder.
	handle func(w http.ResponseWriter, r *http.Request) (done bool)
}

func newRepository(t *testing.T) *repository {
	t.Helper()
	repo := &repository{dir: t.TempDir(), auth: map[string]string{}}
	if err := os.CopyFS(repo.dir, os.DirFS("testdata/repository")); err != nil {
		t.Fatal(err)
	}
	files := http.FileServer(http.Dir(repo.dir))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := &statusWriter{ResponseWriter: w, code: http.StatusOK}
		defer func() {
			repo.mu.Lock()
			defer repo.mu.Unlock()
			repo.seen = append(repo.seen, r.URL.Path+" "+http.StatusText(status.code))
			repo.auth[r.URL.Path] = r.Header.Get("Authorization")
		}()
		if repo.handle != nil && repo.handle(status, r) {
			return
		}
		files.ServeHTTP(status, r)
	}))
	t.Cleanup(server.Close)
	repo.URL = server.URL
	return repo
}

type statusWriter struct {
	http.ResponseWriter
	code int
}

func (w *statusWriter) WriteHeader(code int) {
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}

// requests since the last call, sorted.
func (r *repository) requests() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := slices.Sorted(slices.Values(r.seen))
	r.seen = nil
	return out
}

// authorization is what each path was asked with.
func (r *repository) authorization() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.auth)
}

// edit changes the index.
func (r *repository) edit(t *testing.T, old, new string) {
	t.Helper()
	path := filepath.Join(r.dir, "index.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("the index does not contain %q", old)
	}
	r.write(t, "index.yaml", strings.ReplaceAll(string(text), old, new))
}

func (r *repository) write(t *testing.T, name, content string) {
	t.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

type setup struct {
	dir         string
	credentials source.Credentials
	limits      source.Limits
	registry    helmrepo.Registry
}

func open(t *testing.T, s setup) *helmrepo.Repositories {
	t.Helper()
	if s.dir == "" {
		s.dir = t.TempDir()
	}
	client := web.New(web.Options{Credentials: s.credentials, Reach: source.Reach{Loopback: true}, Limits: s.limits})
	t.Cleanup(client.Close)
	return helmrepo.New(client, blobs.New(s.dir, 1<<20), s.registry, s.limits)
}

func (r *repository) spec(chart, revision string) source.Spec {
	return source.Spec{Kind: source.KindHelm, RepoURL: r.URL, Chart: chart, Revision: revision}
}
