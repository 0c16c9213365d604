package catalog_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/catalog"
)

// world has one source of each kind, and counts what is asked.
type world struct {
	asked   atomic.Int64
	Git     string
	HTTP    string
	OCI     string
	options catalog.Options
}

const charts = "../helmrepo/testdata/repository"

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Git: t.TempDir()}
	git(t, w.Git, "init", "-q", "-b", "main")
	write(t, filepath.Join(w.Git, "app.yaml"), "a: 1\n")
	git(t, w.Git, "add", "-A")
	git(t, w.Git, "commit", "-q", "-m", "one")
	git(t, w.Git, "tag", "v1.2.3")
	w.HTTP = w.serve(t, http.FileServer(http.Dir(charts)))
	w.OCI = strings.TrimPrefix(w.serve(t, registry.New(registry.Logger(log.New(io.Discard, "", 0)))), "http://")
	w.push(t)
	w.options = catalog.Options{
		CacheDir:    t.TempDir(),
		Git:         source.NewGit(source.GitOptions{CacheDir: t.TempDir(), AllowFile: true}),
		Credentials: source.Prefixes{w.OCI: {PlainHTTP: true}},
		Reach:       source.Reach{Loopback: true},
	}
	return w
}

func (w *world) serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.asked.Add(1)
		handler.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// push puts a packed chart into the registry as `helm push` does.
func (w *world) push(t *testing.T) {
	t.Helper()
	repo, err := remote.NewRepository(w.OCI + "/charts/app")
	if err != nil {
		t.Fatal(err)
	}
	repo.PlainHTTP = true
	packed, err := os.ReadFile(charts + "/app-1.2.3.tgz")
	if err != nil {
		t.Fatal(err)
	}
	layer := content.NewDescriptorFromBytes("application/vnd.cncf.helm.chart.content.v1.tar+gzip", packed)
	config := content.NewDescriptorFromBytes("application/vnd.cncf.helm.config.v1+json", []byte("{}"))
	for desc, data := range map[*ocispec.Descriptor]string{&layer: string(packed), &config: "{}"} {
		if err := repo.Push(t.Context(), *desc, strings.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	manifest, err := oras.PackManifest(t.Context(), repo, oras.PackManifestVersion1_1, "", oras.PackManifestOptions{Layers: []ocispec.Descriptor{layer}, ConfigDescriptor: &config})
	if err != nil {
		t.Fatal(err)
	}
	if err := repo.Tag(t.Context(), manifest, "1.2.3"); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, o catalog.Options) *catalog.Catalog {
	t.Helper()
	c := catalog.New(o)
	t.Cleanup(c.Close)
	return c
}

// specs is one of each kind, each as a range where it can be.
func (w *world) specs() map[source.Kind]source.Spec {
	of := func(repoURL, chart string) source.Spec {
		return source.Of(v1alpha1.ApplicationSource{RepoURL: repoURL, Chart: chart, TargetRevision: "1.2.*"})
	}
	return map[source.Kind]source.Spec{
		source.KindGit:      of(w.Git, ""),
		source.KindHelm:     of(w.HTTP, "app"),
		source.KindOCIChart: of(w.OCI+"/charts", "app"),
		source.KindOCI:      of("oci://"+w.OCI+"/charts/app", ""),
		source.KindFile:     source.FileAt(w.HTTP + "/index.yaml"),
	}
}

// Every kind keeps the same promises.
func TestEveryKindOfSource(t *testing.T) {
	w := newWorld(t)
	c := open(t, w.options)
	file := map[source.Kind]string{
		source.KindGit: "app.yaml", source.KindHelm: "Chart.yaml", source.KindOCIChart: "Chart.yaml", source.KindOCI: "Chart.yaml", source.KindFile: source.FileName,
	}
	for kind, spec := range w.specs() {
		t.Run(string(kind), func(t *testing.T) {
			if spec.Kind != kind {
				t.Fatalf("%+v", spec)
			}
			pin, err := c.Resolve(t.Context(), spec)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := c.Resolve(t.Context(), spec); err != nil || again != pin {
				t.Errorf("%+v %v, before %+v", again, err, pin)
			}
			content, err := c.Fetch(t.Context(), pin)
			if err != nil {
				t.Fatal(err)
			}
			if content.Revision != pin.Revision || content.Digest != pin.Digest || content.FS.Commit != pin.Revision {
				t.Errorf("%+v of %+v", content, pin)
			}
			if _, err := fs.ReadFile(content.FS, file[kind]); err != nil {
				t.Error(err)
			}
			asked := w.asked.Load()
			pin.Location = ""
			if _, err := open(t, w.options).Fetch(t.Context(), pin); err != nil || w.asked.Load() != asked {
				t.Errorf("a restart asks again: %v, %d requests", err, w.asked.Load()-asked)
			}
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := c.Resolve(ended, spec); !errors.Is(err, context.Canceled) && !errors.Is(err, source.ErrUnavailable) {
				t.Errorf("after its context ended: %v", err)
			}
		})
	}
}

func TestOneTransferServesAllWhoWait(t *testing.T) {
	w := newWorld(t)
	c := open(t, w.options)
	pin, err := c.Resolve(t.Context(), w.specs()[source.KindHelm])
	if err != nil {
		t.Fatal(err)
	}
	before := w.asked.Load()
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := c.Fetch(t.Context(), pin); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := w.asked.Load() - before; n != 1 {
		t.Errorf("%d requests", n)
	}
}

type verifier func(source.Pin, source.Content) error

func (v verifier) Verify(_ context.Context, p source.Pin, c source.Content) error { return v(p, c) }

func TestAVerifierDecides(t *testing.T) {
	w := newWorld(t)
	w.options.Verifier = verifier(func(p source.Pin, c source.Content) error {
		if c.Revision != p.Revision || c.FS == nil {
			t.Errorf("%+v %+v", p, c)
		}
		if p.Spec.Kind == source.KindGit {
			return nil
		}
		return source.ErrRefused
	})
	c := open(t, w.options)
	for kind, spec := range w.specs() {
		pin, err := c.Resolve(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		content, err := c.Fetch(t.Context(), pin)
		if kind == source.KindGit {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		if !errors.Is(err, source.ErrRefused) || content.FS != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestKindsThatAreNotReadHere(t *testing.T) {
	w := newWorld(t)
	w.options.Git = nil
	c := open(t, w.options)
	for _, spec := range []source.Spec{w.specs()[source.KindGit], {Kind: "Odd", RepoURL: "https://me:hunter2@h/x"}} {
		_, err := c.Resolve(t.Context(), spec)
		_, fetchErr := c.Fetch(t.Context(), source.Pin{Spec: spec})
		for _, err := range []error{err, fetchErr} {
			if !errors.Is(err, source.ErrRefused) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v", err)
			}
		}
	}
}
