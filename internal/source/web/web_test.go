package web_test

import (
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/web"
)

func TestHTTPSDoesNotLeadToHTTP(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("swapped")) }))
	t.Cleanup(plain.Close)
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/down" {
			http.Redirect(w, r, plain.URL, http.StatusFound)
			return
		}
		_, _ = w.Write([]byte("content"))
	}))
	t.Cleanup(secure.Close)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	client := web.New(web.Options{Reach: source.Reach{Loopback: true}, RootCAs: roots})
	t.Cleanup(client.Close)
	if answer, err := client.Get(t.Context(), web.Request{URL: secure.URL, Limit: 100}); err != nil || string(answer.Body) != "content" {
		t.Errorf("%s %v", answer.Body, err)
	}
	_, err := client.Get(t.Context(), web.Request{URL: secure.URL + "/down", Limit: 100})
	if !errors.Is(err, source.ErrRefused) || !strings.Contains(err.Error(), "https to http") {
		t.Errorf("%v", err)
	}
	unknown := web.New(web.Options{Reach: source.Reach{Loopback: true}})
	t.Cleanup(unknown.Close)
	if _, err := unknown.Get(t.Context(), web.Request{URL: secure.URL, Limit: 100}); !errors.Is(err, source.ErrUnavailable) {
		t.Errorf("an unknown authority: %v", err)
	}
}

func TestJoin(t *testing.T) {
	for _, c := range []struct{ base, ref, want string }{
		{"https://h/charts", "index.yaml", "https://h/charts/index.yaml"},
		{"https://h/charts/", "a/b.tgz", "https://h/charts/a/b.tgz"},
		{"https://h", "index.yaml", "https://h/index.yaml"},
		{"https://h/charts?t=1", "index.yaml", "https://h/charts/index.yaml?t=1"},
		{"https://h/charts?t=1", "https://h/x.tgz?u=2", "https://h/x.tgz?u=2"},
		{"https://h/charts?t=1", "https://other/x.tgz", "https://other/x.tgz"},
		{"https://h/a%2Fb", "x+1.tgz", "https://h/a%2Fb/x+1.tgz"},
	} {
		if got, err := web.Join(c.base, c.ref); err != nil || got != c.want {
			t.Errorf("%s and %s: %s %v", c.base, c.ref, got, err)
		}
	}
}
