package remotefile_test

import (
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/blobs"
	"github.com/fairlead/fairlead/internal/source/remotefile"
	"github.com/fairlead/fairlead/internal/source/web"
)

type setup struct {
	reach       source.Reach
	limits      source.Limits
	credentials source.Credentials
	schemes     []string
}

var here = source.Reach{Loopback: true}

func open(t *testing.T, s setup) *remotefile.Files {
	t.Helper()
	client := web.New(web.Options{Credentials: s.credentials, Reach: s.reach, Limits: s.limits})
	t.Cleanup(client.Close)
	return remotefile.New(client, blobs.New(t.TempDir(), 1<<20), s.limits, s.schemes...)
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func TestAFileIsPinnedByItsContent(t *testing.T) {
	var content atomic.Pointer[string]
	var sent atomic.Int32
	set := func(s string) { content.Store(&s) }
	set("replicas: 1\n")
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		text := *content.Load()
		w.Header().Set("ETag", `"`+blobs.Digest([]byte(text))+`"`)
		if r.Header.Get("If-None-Match") == w.Header().Get("ETag") {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		sent.Add(1)
		_, _ = w.Write([]byte(text))
	})
	files := open(t, setup{reach: here})
	spec := source.FileAt(url + "/values.yaml")
	pin, err := files.Resolve(t.Context(), spec)
	if err != nil || pin.Digest != blobs.Digest([]byte("replicas: 1\n")) || pin.Revision != pin.Digest {
		t.Fatalf("%+v %v", pin, err)
	}
	if again, err := files.Resolve(t.Context(), spec); err != nil || again != pin || sent.Load() != 1 {
		t.Errorf("%+v %v, sent %d times", again, err, sent.Load())
	}
	set("replicas: 2\n")
	got, err := files.Fetch(t.Context(), pin)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := fs.ReadFile(got.FS, source.FileName); err != nil || string(text) != "replicas: 1\n" {
		t.Errorf("the pinned content: %q %v", text, err)
	}
	if _, err := open(t, setup{reach: here}).Fetch(t.Context(), pin); !errors.Is(err, source.ErrChanged) {
		t.Errorf("without it: %v", err)
	}
	if next, err := files.Resolve(t.Context(), spec); err != nil || next.Digest == pin.Digest {
		t.Errorf("%+v %v", next, err)
	}
}

// D5: whoever writes an Application names hosts that this process dials.
func TestAddressesOutOfReachAreNotDialled(t *testing.T) {
	var dialled atomic.Bool
	own := serve(t, func(http.ResponseWriter, *http.Request) { dialled.Store(true) })
	port := own[strings.LastIndexByte(own, ':'):]
	for _, url := range []string{
		own, "http://localhost" + port, "http://localhost." + port, "http://[::ffff:127.0.0.1]" + port, "http://0.0.0.0" + port,
		"http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://[fe80::1%25eth0]/", "https://100.100.100.200/",
	} {
		_, err := open(t, setup{}).Resolve(t.Context(), source.FileAt(url))
		if !errors.Is(err, source.ErrRefused) {
			t.Errorf("%s: %v", url, err)
		}
	}
	if dialled.Load() {
		t.Error("this machine was asked")
	}
}

func TestRedirectsStayWithinReachAndScheme(t *testing.T) {
	for name, to := range map[string]string{
		"metadata": "http://169.254.169.254/latest/meta-data/iam?token=hunter2",
		"file":     "file:///etc/passwd",
		"ftp":      "ftp://example.com/x",
		"user":     "http://me:hunter2@example.com/x",
		"itself":   "/again",
	} {
		t.Run(name, func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
			_, err := open(t, setup{reach: here}).Resolve(t.Context(), source.FileAt(url))
			if !errors.Is(err, source.ErrRefused) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v", err)
			}
		})
	}
	moved := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new", http.StatusMovedPermanently)
			return
		}
		_, _ = w.Write([]byte("a: 1"))
	})
	if _, err := open(t, setup{reach: here}).Resolve(t.Context(), source.FileAt(moved+"/old")); err != nil {
		t.Errorf("a file that moved: %v", err)
	}
}

func TestURLsThatAreNotAsked(t *testing.T) {
	for _, c := range []struct {
		url     string
		schemes []string
	}{
		{"s3://bucket/values.yaml", nil}, {"git://example.com/x", nil}, {"file:///etc/passwd", nil}, {"/etc/passwd", nil},
		{"http://example.com/x", []string{"https"}}, {"https://me:hunter2@example.com/x", nil}, {"https:///x", nil},
		{"https://exa mple.com/hunter2", nil}, {"s3://bucket/x", []string{"s3"}}, {"-x", nil},
	} {
		_, err := open(t, setup{reach: here, schemes: c.schemes}).Resolve(t.Context(), source.FileAt(c.url))
		if !errors.Is(err, source.ErrRefused) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", c.url, err)
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	stuck := make(chan struct{})
	endless := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<10)); err != nil {
				return
			}
		}
	})
	announced := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "1000000000") })
	slow := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("a"))
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-stuck:
		}
	})
	t.Cleanup(func() { close(stuck) })
	for url, kind := range map[string]error{endless: source.ErrTooLarge, announced: source.ErrTooLarge, slow: source.ErrUnavailable} {
		limits := source.Limits{ValueFileBytes: 10_000}
		if url == slow {
			limits.Timeout = 100 * time.Millisecond
		}
		_, err := open(t, setup{reach: here, limits: limits}).Resolve(t.Context(), source.FileAt(url))
		if !errors.Is(err, kind) {
			t.Errorf("%v, want %v", err, kind)
		}
	}
}

func TestErrorsShowNoSecret(t *testing.T) {
	var asked atomic.Pointer[string]
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got := r.Header.Get("Authorization")
		asked.Store(&got)
		http.Error(w, "page with hunter2", http.StatusForbidden)
	})
	files := open(t, setup{reach: here, credentials: source.Prefixes{url + "/team": {Bearer: "hunter2"}}})
	_, err := files.Resolve(t.Context(), source.FileAt(url+"/team/values.yaml?token=hunter2"))
	if !errors.Is(err, source.ErrDenied) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
	if got := *asked.Load(); got != "Bearer hunter2" {
		t.Errorf("asked with %q", got)
	}
	if _, err := files.Resolve(t.Context(), source.FileAt(url+"/teams/../other")); err == nil {
		t.Error("no error")
	}
	if got := *asked.Load(); got != "" {
		t.Errorf("another path was asked with %q", got)
	}
}
