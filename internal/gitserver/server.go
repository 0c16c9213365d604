package gitserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Server serves the repositories below one directory.
type Server struct {
	root string
	git  git
	addr string

	mu     sync.Mutex
	http   *http.Server // nil while Down
	paused bool
	counts Counts
}

// Counts of requests answered since the start, by what the client wanted.
type Counts struct {
	// LsRemote counts reference advertisements for fetches: one per ls-remote,
	// and one per fetch over protocol 0 and 1.
	LsRemote int
	// Fetch counts pack requests, Push received packs.
	Fetch, Push int
}

// Serve starts a server for the repositories in dir (made if missing) on a TCP
// address; port 0 takes a free one. Close ends it.
func Serve(dir, addr string) (*Server, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("git server: %w", err)
	}
	g, err := findGit(dir)
	if err != nil {
		return nil, err
	}
	s := &Server{root: dir, git: g, addr: addr}
	return s, s.Resume()
}

// Address is host:port, the same through Down and Resume.
func (s *Server) Address() string { return s.addr }

// URL of a repository.
func (s *Server) URL(name string) string {
	return "http://" + s.addr + "/" + strings.TrimSuffix(name, ".git") + ".git"
}

// Pause answers every request with 503 until Resume.
func (s *Server) Pause() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = true
}

// Down closes the listener and all connections until Resume: connections are
// refused, as when the machine is away.
func (s *Server) Down() error {
	s.mu.Lock()
	server := s.http
	s.http = nil
	s.mu.Unlock()
	if server == nil {
		return nil
	}
	return server.Close()
}

// Resume ends Pause and Down.
func (s *Server) Resume() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = false
	if s.http != nil {
		return nil
	}
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return fmt.Errorf("git server: %w", err)
	}
	s.addr = listener.Addr().String()
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.http = server
	go func() { _ = server.Serve(listener) }() // ends with Down or Close
	return nil
}

// Close stops the server: requests under way may finish until the context ends.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	server := s.http
	s.http = nil
	s.mu.Unlock()
	if server == nil {
		return nil
	}
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}

// Counts so far.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts
}
