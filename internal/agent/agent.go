package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"k8s.io/client-go/rest"

	"github.com/fairlead/fairlead/internal/agent/anchor"
)

// Agent is one agent on one cluster. Make it with [New], run it once.
type Agent struct {
	opts      Options
	ready     atomic.Bool
	connected atomic.Pointer[func() bool]
}

// New checks the options; nothing is opened or dialled before [Agent.Run].
func New(opts Options) (*Agent, error) {
	opts, err := opts.complete()
	if err != nil {
		return nil, err
	}
	return &Agent{opts: opts}, nil
}

// Run is [New] and [Agent.Run].
func Run(ctx context.Context, opts Options) error {
	a, err := New(opts)
	if err != nil {
		return err
	}
	return a.Run(ctx)
}

// Ready is nil once the agent works, or stands by while another one does. It
// does not wait for the hub, which an agent can do without.
func (a *Agent) Ready() error {
	if !a.ready.Load() {
		return errors.New("agent is starting")
	}
	return nil
}

// Connected tells whether a session with the hub is open.
func (a *Agent) Connected() bool {
	f := a.connected.Load()
	return f != nil && (*f)()
}

// startRetry is the pause after a start that failed because the cluster's API
// server could not be reached, and before the lease is applied for again.
const startRetry = 2 * time.Second

// Run works until ctx ends, then stops within a few seconds and returns nil.
// It returns early only for what retrying cannot mend.
func (a *Agent) Run(ctx context.Context) error {
	if err := os.MkdirAll(a.opts.DataDir, 0o700); err != nil {
		return fmt.Errorf("make data directory: %w", err)
	}
	identity, err := instance(a.opts.DataDir)
	if err != nil {
		return err
	}
	base, err := anchor.New(a.restConfig(), a.opts.Namespace, a.opts.Logger.WithName("anchor"))
	if err != nil {
		return err
	}
	key, err := a.sealKey(ctx, base)
	if err != nil || ctx.Err() != nil {
		return err
	}
	work := func(ctx context.Context) error { return a.work(ctx, key) }
	if a.opts.NoLease {
		return work(ctx)
	}
	for ctx.Err() == nil {
		a.ready.Store(true)
		err := base.Hold(ctx, identity, work)
		if errors.Is(err, errFinal) {
			return err
		}
		if ctx.Err() == nil {
			a.opts.Logger.Info("the lease is not held; applying for it again", "reason", fmt.Sprint(err))
			a.pause(ctx)
		}
	}
	return nil
}

// errFinal marks what retrying cannot mend.
var errFinal = errors.New("agent cannot run")

// sealKey waits for the API server.
func (a *Agent) sealKey(ctx context.Context, base *anchor.Anchor) ([]byte, error) {
	for {
		key, err := base.Key(ctx)
		if err == nil || errors.Is(err, anchor.ErrKey) {
			return key, err
		}
		if ctx.Err() != nil {
			return nil, nil
		}
		a.opts.Logger.Info("the cluster cannot be reached; trying again", "reason", err.Error(), "in", startRetry.String())
		a.pause(ctx)
	}
}

func (a *Agent) pause(ctx context.Context) {
	timer := a.opts.Clock.NewTimer(startRetry)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C():
	}
}

// restConfig is the caller's, without throttling (the API server's fairness
// does that) and without warnings on standard error.
func (a *Agent) restConfig() *rest.Config {
	cfg := rest.CopyConfig(a.opts.RestConfig)
	if cfg.QPS == 0 {
		cfg.QPS = -1
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = "fairlead-agent/" + a.opts.Version
	}
	if cfg.WarningHandler == nil && cfg.WarningHandlerWithContext == nil {
		cfg.WarningHandlerWithContext = rest.NoWarnings{}
	}
	return cfg
}

// instance is an identity that stays with the data directory, so that an agent
// that comes back takes its own lease up at once.
func instance(dir string) (string, error) {
	path := filepath.Join(dir, "instance")
	raw, err := os.ReadFile(path)
	if err == nil && len(strings.TrimSpace(string(raw))) > 0 {
		return strings.TrimSpace(string(raw)), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("read the agent's instance: %w", err)
	}
	id := uuid.NewString()
	if err := os.WriteFile(path, []byte(id+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("write the agent's instance: %w", err)
	}
	return id, nil
}
