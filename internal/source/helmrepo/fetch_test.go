package helmrepo_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/blobs"
)

// farAhead is later than any file of a test was written.
var farAhead = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

func TestAChartIsFetchedOnce(t *testing.T) {
	repo := newRepository(t)
	dir := t.TempDir()
	charts := open(t, setup{dir: dir})
	pin, err := charts.Resolve(t.Context(), repo.spec("app", "1.2.x"))
	if err != nil {
		t.Fatal(err)
	}
	repo.requests()
	for range 2 {
		content, err := charts.Fetch(t.Context(), pin)
		if err != nil {
			t.Fatal(err)
		}
		if content.Revision != "1.2.3" || content.Digest != pin.Digest {
			t.Errorf("%+v", content)
		}
		if d := cmp.Diff([]string{"Chart.yaml", "templates/config.yaml", "values.yaml"}, names(t, content.FS)); d != "" {
			t.Error(d)
		}
		text, err := fs.ReadFile(content.FS, "Chart.yaml")
		if err != nil || !strings.Contains(string(text), "version: 1.2.3") {
			t.Errorf("%s %v", text, err)
		}
	}
	if d := cmp.Diff([]string{"/app-1.2.3.tgz OK"}, repo.requests()); d != "" {
		t.Error(d)
	}
	// Another process with the same cache asks nobody.
	if _, err := open(t, setup{dir: dir}).Fetch(t.Context(), pin); err != nil || len(repo.requests()) != 0 {
		t.Errorf("%v", err)
	}
	// A flipped bit is found, and fetched anew.
	damage(t, dir, pin.Digest)
	if _, err := open(t, setup{dir: dir}).Fetch(t.Context(), pin); err != nil || len(repo.requests()) != 1 {
		t.Errorf("%v", err)
	}
}

func names(t *testing.T, tree fs.FS) []string {
	t.Helper()
	var out []string
	if err := fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, name)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func damage(t *testing.T, dir, digest string) {
	t.Helper()
	path := filepath.Join(dir, strings.TrimPrefix(digest, blobs.Prefix))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAPinWithoutDigestOrLocationIsLookedUp(t *testing.T) {
	repo := newRepository(t)
	charts := open(t, setup{})
	content, err := charts.Fetch(t.Context(), source.Pin{Spec: repo.spec("app", "*"), Revision: "1.0.0"})
	if err != nil || !blobs.IsDigest(content.Digest) {
		t.Errorf("%+v %v", content, err)
	}
	_, err = charts.Fetch(t.Context(), source.Pin{Spec: repo.spec("app", "*"), Revision: "1.x"})
	if !errors.Is(err, source.ErrRefused) {
		t.Errorf("a range is no pin: %v", err)
	}
}

func TestAnArchiveThatIsNotTheAnnouncedOneIsRefused(t *testing.T) {
	repo := newRepository(t)
	charts := open(t, setup{})
	pin, err := charts.Resolve(t.Context(), repo.spec("app", "1.2.3"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(filepath.Join(repo.dir, "app-1.0.0.tgz"))
	if err != nil {
		t.Fatal(err)
	}
	repo.write(t, "app-1.2.3.tgz", string(other))
	if _, err := charts.Fetch(t.Context(), pin); !errors.Is(err, source.ErrChanged) {
		t.Errorf("swapped: %v", err)
	}
	// Published anew under the old version, index and all.
	pin.Location = ""
	repo.edit(t, strings.TrimPrefix(pin.Digest, blobs.Prefix), strings.TrimPrefix(blobs.Digest(other), blobs.Prefix))
	if _, err := open(t, setup{}).Fetch(t.Context(), pin); !errors.Is(err, source.ErrChanged) {
		t.Errorf("published anew: %v", err)
	}
	if again, err := open(t, setup{}).Resolve(t.Context(), repo.spec("app", "1.2.3")); err != nil || again.Digest != blobs.Digest(other) {
		t.Errorf("resolving again gives the new one: %v %v", again, err)
	}
}

func TestAnIndexWithoutDigestsPinsWhatItSees(t *testing.T) {
	repo := newRepository(t)
	repo.edit(t, "    digest: ", "    checksum: ")
	charts := open(t, setup{})
	pin, err := charts.Resolve(t.Context(), repo.spec("app", "1.2.3"))
	if err != nil || !blobs.IsDigest(pin.Digest) {
		t.Fatalf("%+v %v", pin, err)
	}
	repo.write(t, "app-1.2.3.tgz", "something else")
	if _, err := charts.Fetch(t.Context(), pin); err != nil {
		t.Errorf("from the cache: %v", err)
	}
	if _, err := open(t, setup{}).Fetch(t.Context(), pin); !errors.Is(err, source.ErrChanged) {
		t.Errorf("from the server: %v", err)
	}
}

func TestArchivesMayBeElsewhere(t *testing.T) {
	store := newRepository(t)
	for name, url := range map[string]string{
		"absolute": store.URL + "/app-1.2.3.tgz",
		"rooted":   "/charts/app-1.2.3.tgz",
		"below":    "files/app-1.2.3.tgz",
		"beside":   "../charts/app-1.2.3.tgz",
		"registry": "oci://registry.example.com/charts/app:1.2.3",
	} {
		t.Run(name, func(t *testing.T) {
			repo := newRepository(t)
			packed, err := os.ReadFile("testdata/repository/app-1.2.3.tgz")
			if err != nil {
				t.Fatal(err)
			}
			repo.write(t, "charts/app-1.2.3.tgz", string(packed))
			repo.write(t, "sub/files/app-1.2.3.tgz", string(packed))
			repo.edit(t, "app-1.2.3.tgz", url)
			index, err := os.ReadFile(filepath.Join(repo.dir, "index.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			repo.write(t, "sub/index.yaml", string(index))
			charts := open(t, setup{registry: registry{"oci://registry.example.com/charts/app:1.2.3": packed}})
			for _, base := range []string{repo.URL + "/sub", repo.URL + "/sub/"} {
				spec := source.Spec{Kind: source.KindHelm, RepoURL: base, Chart: "app", Revision: "1.2.3"}
				pin, err := charts.Resolve(t.Context(), spec)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := charts.Fetch(t.Context(), pin); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for name, url := range map[string]string{
		"file": "file:///etc/passwd", "user": "https://me:hunter2@example.com/app.tgz",
		"metadata": "http://169.254.169.254/latest", "mapped": "http://[::ffff:169.254.169.254]/latest",
	} {
		t.Run(name, func(t *testing.T) {
			repo := newRepository(t)
			repo.edit(t, "app-1.2.3.tgz", url)
			_, err := open(t, setup{}).Fetch(t.Context(), source.Pin{Spec: repo.spec("app", "*"), Revision: "1.2.3"})
			if !errors.Is(err, source.ErrRefused) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v", err)
			}
		})
	}
}

type registry map[string][]byte

func (r registry) Archive(_ context.Context, ref string) ([]byte, error) {
	data, ok := r[ref]
	if !ok {
		return nil, source.ErrNotFound
	}
	return data, nil
}
