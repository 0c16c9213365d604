package hub

import (
	"context"
	"errors"
	"time"

	"github.com/fairlead/fairlead/clusters/enroll"
	"github.com/fairlead/fairlead/internal/hub/session"
	"github.com/fairlead/fairlead/internal/hub/status"
)

// settleEvery is how often the Clusters' holders are made to agree with the
// open sessions.
const settleEvery = 30 * time.Second

// agentServer runs the server for agents on every replica, leader or not.
type agentServer struct {
	hub    *Hub
	server *session.Server
	writer *status.Writer
	guard  *guard
	fed    func(context.Context) bool
}

// NeedLeaderElection is false: any replica serves any agent.
func (*agentServer) NeedLeaderElection() bool { return false }

// Start serves once everything that an agent may be told is known: a set that
// is still being read must not look like one that has shrunk.
func (d *agentServer) Start(ctx context.Context) error {
	revision, err := d.hub.revision(ctx)
	if err != nil {
		return err
	}
	d.hub.index.AtLeast(revision)
	if !d.fed(ctx) {
		return errors.New("the caches did not fill before the hub was stopped")
	}
	if err := d.guard.load(ctx); err != nil {
		return err
	}
	if err := d.writer.Reset(ctx); err != nil {
		return err
	}
	configMaps := d.hub.core.ConfigMaps(d.hub.opts.Namespace)
	published := enroll.Published{Endpoint: d.hub.endpoint, Pin: d.hub.ca.Pin()}
	if err := enroll.Publish(ctx, configMaps, published); err != nil {
		return err
	}
	go d.guard.watch(ctx)
	go d.settle(ctx)
	close(d.hub.serving)
	return d.server.Serve(ctx, d.hub.listener)
}

// settle repeats what could not be recorded when a session opened or closed.
func (d *agentServer) settle(ctx context.Context) {
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := d.writer.Settle(ctx, d.sessions); err != nil && ctx.Err() == nil {
			d.hub.opts.Logger.Error(err, "holders of clusters not settled; tried again soon")
		}
	}
}

func (d *agentServer) sessions() []status.Session {
	var open []status.Session
	for _, s := range d.server.Sessions() {
		open = append(open, status.Session{Cluster: s.Identity.Cluster, AgentVersion: s.AgentVersion, Since: s.Since})
	}
	return open
}
