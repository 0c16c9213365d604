package gitserver

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cgi"
	"os"
	"path"
	"slices"
	"strings"
)

// maxPush bounds one push, in bytes.
const maxPush = 200 << 20

const (
	uploadPack  = "git-upload-pack"
	receivePack = "git-receive-pack"
)

// ServeHTTP passes a request on to git http-backend (git-http-backend(1)).
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	service := serviceOf(r)
	if !s.admit(service, r) {
		http.Error(w, "the server is paused", http.StatusServiceUnavailable)
		return
	}
	if service == receivePack && !fromLoopback(r) {
		http.Error(w, "pushes are taken from this machine only", http.StatusForbidden)
		return
	}
	// CGI gives the length of a body before the body, so one that comes in
	// chunks (git sends packs over 1 MiB that way) is read to a file first.
	if r.ContentLength < 0 {
		spooled, err := spool(http.MaxBytesReader(w, r.Body, maxPush))
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			http.Error(w, fmt.Sprintf("a push may have %d bytes", maxPush), http.StatusRequestEntityTooLarge)
			return
		}
		if err != nil {
			http.Error(w, "cannot read the request", http.StatusBadRequest)
			return
		}
		defer spooled.Close()
		r.Body, r.ContentLength, r.TransferEncoding = spooled, spooled.size, nil
	}
	backend := &cgi.Handler{
		Path: s.git.backend,
		Dir:  s.root,
		Env: slices.Concat(s.git.env, []string{
			"GIT_PROJECT_ROOT=" + s.root,
			"GIT_HTTP_EXPORT_ALL=1",
			"GIT_PROTOCOL=" + r.Header.Get("Git-Protocol"),
		}),
	}
	backend.ServeHTTP(w, r)
}

// admit counts the request; false means that the server is paused.
func (s *Server) admit(service string, r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused {
		return false
	}
	post := r.Method == http.MethodPost
	switch {
	case service == uploadPack && !post:
		s.counts.LsRemote++
	case service == uploadPack:
		s.counts.Fetch++
	case service == receivePack && post:
		s.counts.Push++
	}
	return true
}

// serviceOf a smart request: GET REPO/info/refs?service=SERVICE or
// POST REPO/SERVICE.
func serviceOf(r *http.Request) string {
	if strings.HasSuffix(r.URL.Path, "/info/refs") {
		return r.URL.Query().Get("service")
	}
	return path.Base(r.URL.Path)
}

func fromLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && net.ParseIP(host).IsLoopback()
}

// spooledBody is a request body in an unlinked temporary file.
type spooledBody struct {
	*os.File
	size int64
}

func spool(body io.Reader) (*spooledBody, error) {
	f, err := os.CreateTemp("", "fairlead-push-")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // the open file stays readable
	size, err := io.Copy(f, body)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &spooledBody{File: f, size: size}, nil
}
