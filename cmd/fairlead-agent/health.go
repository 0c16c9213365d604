package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/go-logr/logr"

	"github.com/fairlead/fairlead/internal/agent"
)

// serveHealth answers /livez (the process runs) and /readyz (the agent works or
// stands by) until stop is called.
func serveHealth(addr string, a *agent.Agent, log logr.Logger) (stop func(), err error) {
	if addr == "" || addr == "0" {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("serve health: %w", err)
	}
	server := &http.Server{Handler: healthHandler(a), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error(err, "health endpoint ended", "address", addr)
		}
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			log.Info("health endpoint did not end in order", "reason", err.Error())
		}
	}, nil
}

// checker is what the health endpoint asks.
type checker interface {
	Ready() error
	Connected() bool
}

func healthHandler(a checker) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := a.Ready(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		hub := "hub away, healing goes on"
		if a.Connected() {
			hub = "hub connected"
		}
		fmt.Fprintln(w, "ok:", hub)
	})
	return mux
}
