package catalog_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/catalog"
	"github.com/fairlead/fairlead/internal/source/sourcetest"
)

// wary refuses everything, as a check of signatures may.
type wary struct{}

func (wary) Verify(context.Context, source.Pin, source.Content) error { return source.ErrRefused }

// What is opened for a hub or an agent goes where its Git goes, and asks the
// one who may refuse.
func TestOpenGoesWhereGitGoes(t *testing.T) {
	server := sourcetest.Serve()
	t.Cleanup(server.Close)
	server.Put("/values.yaml", "a: 1\n")
	file := source.FileAt(server.URL("/values.yaml"))
	for name, c := range map[string]struct {
		git     source.GitOptions
		options catalog.Options
		refused bool
	}{
		"as Git by default":       {},
		"Git refuses loopback":    {git: source.GitOptions{RefuseLoopback: true}, refused: true},
		"a reach of its own":      {git: source.GitOptions{RefuseLoopback: true}, options: catalog.Options{Reach: source.Reach{Loopback: true}}},
		"somebody checks content": {options: catalog.Options{Verifier: wary{}}, refused: true},
		"Git's limits":            {git: source.GitOptions{Limits: source.Limits{ValueFileBytes: 1}}, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			sources, git := catalog.Open(t.TempDir(), c.git, c.options)
			t.Cleanup(func() { sources.Close(); git.Close() })
			pin, err := sources.Resolve(t.Context(), file)
			if err == nil {
				_, err = sources.Fetch(t.Context(), pin)
			}
			if c.refused != (errors.Is(err, source.ErrRefused) || errors.Is(err, source.ErrTooLarge)) || !c.refused && err != nil {
				t.Errorf("refused %v: %v", c.refused, err)
			}
		})
	}
}

// A value file may be at any URL that an Application names.
func TestAValueFileIsAskedForWithoutCredentials(t *testing.T) {
	var sent atomic.Value
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent.Store(r.Header.Get("Authorization"))
		_, _ = w.Write([]byte("a: b\n"))
	}))
	defer s.Close()
	c := catalog.New(catalog.Options{
		CacheDir: t.TempDir(), Credentials: source.Prefixes{s.URL: {Username: "ada", Password: "secret"}},
		Reach: source.Reach{Loopback: true},
	})
	defer c.Close()
	pin, err := c.Resolve(t.Context(), source.FileAt(s.URL+"/values.yaml"))
	if err == nil {
		_, err = c.Fetch(t.Context(), pin)
	}
	if err != nil || sent.Load() != "" {
		t.Errorf("sent %q, %v", sent.Load(), err)
	}
}
