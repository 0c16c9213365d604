package sourcetest

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/registry"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/internal/source/blobs"
)

// Server is a chart repository below /charts, a registry, and files elsewhere.
type Server struct {
	server   *httptest.Server
	registry http.Handler

	mu    sync.Mutex
	files map[string][]byte // by path
	index map[string][]version
	asked map[string]int // by path
	away  bool
}

// version of a chart, as an index lists it.
type version struct {
	APIVersion string   `json:"apiVersion"`
	Name       string   `json:"name"`
	Version    string   `json:"version"`
	Digest     string   `json:"digest"`
	URLs       []string `json:"urls"`
}

// Serve starts a Server on a free port of 127.0.0.1.
func Serve() *Server {
	s := &Server{
		registry: registry.New(registry.Logger(log.New(io.Discard, "", 0))),
		files:    map[string][]byte{}, index: map[string][]version{}, asked: map[string]int{},
	}
	s.server = httptest.NewServer(s)
	return s
}

// Close ends it.
func (s *Server) Close() { s.server.Close() }

// URL of a path.
func (s *Server) URL(path string) string { return s.server.URL + path }

// Charts is the URL of the chart repository.
func (s *Server) Charts() string { return s.URL("/charts") }

// Host is the registry's, "127.0.0.1:PORT"; it speaks plain HTTP.
func (s *Server) Host() string { return strings.TrimPrefix(s.server.URL, "http://") }

// Away answers everything with 503, or ceases to.
func (s *Server) Away(away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = away
}

// Asked is how often a path was asked for; of all paths where it is "".
func (s *Server) Asked(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if path != "" {
		return s.asked[path]
	}
	n := 0
	for _, one := range s.asked {
		n += one
	}
	return n
}

// Put a file at a path, "/values.yaml".
func (s *Server) Put(path, content string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[path] = []byte(content)
}

// Publish a chart of these files ("templates/a.yaml"; Chart.yaml is made where
// it is not among them) in the chart repository, in place of one of that
// version. It returns the archive's digest.
func (s *Server) Publish(name, number string, files map[string]string) (digest string, err error) {
	packed, err := PackChart(name, number, files)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	digest = blobs.Digest(packed)
	file := fmt.Sprintf("%s-%s.tgz", name, number)
	s.files["/charts/"+file] = packed
	now := version{"v2", name, number, strings.TrimPrefix(digest, "sha256:"), []string{file}}
	for i, v := range s.index[name] {
		if v.Version == number {
			s.index[name][i] = now
			return digest, nil
		}
	}
	s.index[name] = append(s.index[name], now)
	return digest, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked[r.URL.Path]++
	away := s.away
	body, found := s.files[r.URL.Path]
	if r.URL.Path == "/charts/index.yaml" {
		body, found = s.indexed(), true
	}
	s.mu.Unlock()
	switch {
	case away:
		http.Error(w, "away", http.StatusServiceUnavailable)
	case strings.HasPrefix(r.URL.Path, "/v2/"):
		s.registry.ServeHTTP(w, r)
	case found:
		_, _ = w.Write(body)
	default:
		http.NotFound(w, r)
	}
}

// indexed is index.yaml; the lock is held.
func (s *Server) indexed() []byte {
	out, err := yaml.Marshal(map[string]any{"apiVersion": "v1", "entries": s.index})
	if err != nil {
		panic(err) // of strings
	}
	return out
}
