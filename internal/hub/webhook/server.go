package webhook

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
)

// How long a client may take. A stalled one holds a connection and no more.
const (
	headerPatience = 5 * time.Second
	bodyPatience   = 15 * time.Second
	replyPatience  = 40 * time.Second
	idlePatience   = 30 * time.Second
	stopPatience   = 5 * time.Second
	maxHeader      = 16 << 10
	// maxConnections are open at once; more wait to be accepted.
	maxConnections = 512
)

// Server serves a Handler on every replica, leader or not.
type Server struct {
	Listener net.Listener
	Handler  http.Handler
}

// NeedLeaderElection is false: any replica takes hooks.
func (*Server) NeedLeaderElection() bool { return false }

// Start serves until ctx ends.
func (s *Server) Start(ctx context.Context) error {
	server := s.server()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
		defer cancel()
		_ = server.Shutdown(ctx)
	}()
	err := server.Serve(netutil.LimitListener(s.Listener, maxConnections))
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve webhooks: %w", err)
	}
	<-stopped
	return nil
}

func (s *Server) server() *http.Server {
	mux := http.NewServeMux()
	mux.Handle(Path, s.Handler)
	mux.Handle(GenericPath, s.Handler)
	return &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: headerPatience,
		ReadTimeout:       bodyPatience,
		WriteTimeout:      replyPatience,
		IdleTimeout:       idlePatience,
		MaxHeaderBytes:    maxHeader,
	}
}
