package cases

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	httpDir = "http"
	// httpURL stands for the address of the case's HTTP service.
	httpURL = "__HTTP_URL__"
)

// server answers GET and POST of PATH with the file http/PATH.json, on a port
// of this machine. Every page but the first is an empty list.
type server struct {
	http *http.Server
	root *os.Root // nil without a folder http: nothing is found
	url  string
	host string // of url
}

// serve starts the service of a case.
func serve(dir string) (*server, error) {
	s := &server{}
	root, err := os.OpenRoot(filepath.Join(dir, httpDir))
	if err == nil {
		s.root = root
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", httpDir, withoutPath(err))
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.host = listener.Addr().String()
	s.url = "http://" + s.host
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(listener) }() // ends with close
	return s, nil
}

// close ends the service; nil serves nothing.
func (s *server) close() error {
	if s == nil {
		return nil
	}
	err := s.http.Close()
	if s.root != nil {
		err = errors.Join(err, s.root.Close())
	}
	return err
}

// fill puts the address into a file.
func (s *server) fill(text []byte) []byte {
	if s == nil {
		return text
	}
	return bytes.ReplaceAll(text, []byte(httpURL), []byte(s.url))
}

// blank takes the address, whose port is another one each time, out of a text.
func (s *server) blank(text string) string {
	return strings.ReplaceAll(text, s.url, httpURL)
}

// ServeHTTP answers one request.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		http.Error(w, "GET or POST", http.StatusMethodNotAllowed)
		return
	}
	text, err := s.read(r.URL.Path)
	if err != nil {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	if page, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil && page > 1 {
		text = []byte("[]")
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text) // the client is gone
}

func (s *server) read(urlPath string) ([]byte, error) {
	if s.root == nil {
		return nil, fs.ErrNotExist
	}
	return s.root.ReadFile(strings.TrimPrefix(path.Clean("/"+urlPath), "/") + ".json")
}
