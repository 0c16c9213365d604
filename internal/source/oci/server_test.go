package oci_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/blobs"
	"github.com/fairlead/fairlead/internal/source/oci"
	"github.com/fairlead/fairlead/internal/source/web"
)

// Media types, as Helm and ORAS write them.
const (
	helmConfig  = "application/vnd.cncf.helm.config.v1+json"
	helmLayer   = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
	provenance  = "application/vnd.cncf.helm.chart.provenance.v1.prov"
	imageLayer  = "application/vnd.oci.image.layer.v1.tar+gzip"
	plainLayer  = "application/vnd.oci.image.layer.v1.tar"
	emptyConfig = "application/vnd.oci.empty.v1+json"
)

// server is a real registry with, maybe, a user of its own.
type server struct {
	t    *testing.T
	Host string

	mu       sync.Mutex
	requests []string
	auth     []string
	// handle, if set, may answer instead of the registry.
	handle func(w http.ResponseWriter, r *http.Request) (done bool)
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{t: t}
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r.Method+" "+r.URL.Path)
		s.auth = append(s.auth, r.Header.Get("Authorization"))
		s.mu.Unlock()
		if s.handle != nil && s.handle(w, r) {
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	s.Host = strings.TrimPrefix(web.URL, "http://")
	return s
}

func (s *server) seen() (requests, auth []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests, auth = slices.Clone(s.requests), slices.Clone(s.auth)
	s.requests, s.auth = nil, nil
	return requests, auth
}

type layer struct {
	mediaType string
	data      []byte
}

// push uploads an artifact as the command-line tools do, and tags it.
func (s *server) push(path, configType string, layers []layer, tags ...string) string {
	s.t.Helper()
	repo, err := remote.NewRepository(s.Host + "/" + path)
	if err != nil {
		s.t.Fatal(err)
	}
	repo.PlainHTTP = true
	upload := func(mediaType string, data []byte) ocispec.Descriptor {
		desc := content.NewDescriptorFromBytes(mediaType, data)
		if err := repo.Push(s.t.Context(), desc, bytes.NewReader(data)); err != nil {
			s.t.Fatal(err)
		}
		return desc
	}
	m := ocispec.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, Config: upload(configType, []byte("{}"))}
	for _, l := range layers {
		m.Layers = append(m.Layers, upload(l.mediaType, l.data))
	}
	text, err := json.Marshal(m)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.tag(repo, ocispec.MediaTypeImageManifest, text, tags...)
}

func (s *server) tag(repo *remote.Repository, mediaType string, text []byte, tags ...string) string {
	s.t.Helper()
	if _, err := oras.TagBytesN(s.t.Context(), repo, mediaType, text, tags, oras.DefaultTagBytesNOptions); err != nil {
		s.t.Fatal(err)
	}
	return digest.FromBytes(text).String()
}

// packed is a tar archive of names and contents; a content that begins with
// "->" makes a symbolic link.
func packed(t *testing.T, compress bool, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	var out io.WriteCloser = struct {
		io.Writer
		io.Closer
	}{&b, io.NopCloser(nil)}
	if compress {
		out = gzip.NewWriter(&b)
	}
	w := tar.NewWriter(out)
	for i := 0; i < len(files); i += 2 {
		name, text := files[i], files[i+1]
		head := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}
		if target, ok := strings.CutPrefix(text, "->"); ok {
			head.Typeflag, head.Linkname, head.Size, text = tar.TypeSymlink, target, 0, ""
		}
		if err := w.WriteHeader(head); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if compress {
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// chart is a packed chart.
func chart(t *testing.T, name, version string) []byte {
	t.Helper()
	return packed(t, true, name+"/Chart.yaml", fmt.Sprintf("apiVersion: v2\nname: %s\nversion: %s\n", name, version), name+"/values.yaml", "a: 1\n")
}

// open reads s over HTTP, which its credential allows.
func open(t *testing.T, s *server, dir string, limits source.Limits, c source.Credential) *oci.Registries {
	t.Helper()
	c.PlainHTTP = true
	client := web.New(web.Options{Credentials: source.Prefixes{s.Host: c}, Reach: source.Reach{Loopback: true}, Limits: limits})
	t.Cleanup(client.Close)
	return oci.New(client, blobs.New(dir, 1<<20), limits)
}
