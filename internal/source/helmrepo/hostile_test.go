package helmrepo_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/source"
)

func TestCredentialsStayWhereTheyBelong(t *testing.T) {
	elsewhere := newRepository(t)
	repo := newRepository(t)
	repo.handle = func(w http.ResponseWriter, r *http.Request) bool {
		if user, password, _ := r.BasicAuth(); user != "me" || password != "hunter2" {
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		if r.URL.Path == "/charts/moved.tgz" {
			http.Redirect(w, r, elsewhere.URL+"/app-1.2.0.tgz", http.StatusFound)
			return true
		}
		return false
	}
	repo.edit(t, "- app-1.2.0.tgz", "- moved.tgz")
	repo.edit(t, "- app-1.2.3.tgz", "- "+elsewhere.URL+"/app-1.2.3.tgz")
	repo.edit(t, "- app-1.0.0.tgz", "- /app-1.0.0.tgz") // same host, another path
	index, err := os.ReadFile(filepath.Join(repo.dir, "index.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	repo.write(t, "charts/index.yaml", string(index))
	charts := open(t, setup{credentials: source.Prefixes{repo.URL + "/charts": {Username: "me", Password: "hunter2"}}})
	spec := source.Spec{Kind: source.KindHelm, RepoURL: repo.URL + "/charts", Chart: "app"}
	for _, version := range []string{"1.0.0", "1.2.0", "1.2.3"} {
		if _, err := charts.Fetch(t.Context(), source.Pin{Spec: spec, Revision: version}); err != nil {
			t.Fatal(err)
		}
	}
	if got := elsewhere.authorization(); got["/app-1.2.0.tgz"] != "" || got["/app-1.2.3.tgz"] != "" {
		t.Errorf("another host was shown %q", got)
	}
	spec.PassCredentials = true
	passing := open(t, setup{credentials: source.Prefixes{repo.URL + "/charts": {Username: "me", Password: "hunter2"}}})
	if _, err := passing.Fetch(t.Context(), source.Pin{Spec: spec, Revision: "1.2.3"}); err != nil {
		t.Fatal(err)
	}
	if elsewhere.authorization()["/app-1.2.3.tgz"] == "" {
		t.Error("passCredentials did not pass the credential on")
	}
	wrong := open(t, setup{credentials: source.Prefixes{repo.URL: {Username: "me", Password: "hunter3"}}})
	spec.Revision = "*"
	_, err = wrong.Resolve(t.Context(), spec)
	if !errors.Is(err, source.ErrDenied) || strings.Contains(err.Error(), "hunter") {
		t.Errorf("%v", err)
	}
}

func TestAnEndlessArchiveEnds(t *testing.T) {
	repo := newRepository(t)
	repo.handle = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, ".tgz") {
			return false
		}
		chunk := make([]byte, 32<<10)
		for r.Context().Err() == nil {
			if _, err := w.Write(chunk); err != nil {
				break
			}
		}
		return true
	}
	charts := open(t, setup{limits: source.Limits{ArchiveBytes: 1 << 20}})
	_, err := charts.Fetch(t.Context(), source.Pin{Spec: repo.spec("app", "*"), Revision: "1.2.3"})
	if !errors.Is(err, source.ErrTooLarge) {
		t.Errorf("%v", err)
	}
}

func TestAServerThatStallsEnds(t *testing.T) {
	stuck := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-stuck:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(stuck) })
	charts := open(t, setup{limits: source.Limits{Timeout: 50 * time.Millisecond}})
	_, err := charts.Resolve(t.Context(), source.Spec{Kind: source.KindHelm, RepoURL: server.URL, Chart: "app", Revision: "*"})
	if !errors.Is(err, source.ErrUnavailable) {
		t.Errorf("%v", err)
	}
}
