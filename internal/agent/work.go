package agent

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/metadata"

	"github.com/fairlead/fairlead/internal/agent/drift"
	"github.com/fairlead/fairlead/internal/agent/facts"
	"github.com/fairlead/fairlead/internal/agent/link"
	"github.com/fairlead/fairlead/internal/agent/lull"
	"github.com/fairlead/fairlead/internal/agent/orphans"
	"github.com/fairlead/fairlead/internal/agent/query"
	"github.com/fairlead/fairlead/internal/agent/reconcile"
	"github.com/fairlead/fairlead/internal/agent/state"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/health"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/catalog"
	"github.com/fairlead/fairlead/internal/store"
)

// work is the agent while it is the one that acts: from disk first, then with
// the hub.
func (a *Agent) work(ctx context.Context, key []byte) (err error) {
	sealer, err := store.NewSealer(key)
	if err != nil {
		return fmt.Errorf("%w: %w", errFinal, err)
	}
	file, err := store.Open(filepath.Join(a.opts.DataDir, "agent.db"), store.Options{
		Sealer: sealer, Buckets: state.Buckets(), Logger: a.opts.Logger.WithName("store"), Clock: a.opts.Clock.Now,
	})
	if err != nil {
		return fmt.Errorf("%w: %w", errFinal, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	held, err := state.Open(file, a.opts.Logger.WithName("state"))
	if err != nil {
		return err
	}
	p, err := a.assemble(ctx, held)
	if err != nil {
		return err
	}
	defer p.close()
	if file.Quarantined() != "" || file.Damaged() > 0 || len(held.Keys()) == 0 {
		a.until(ctx, "read the inventories in the cluster", func() error { return a.adopt(ctx, held, p.copies) })
	}
	a.until(ctx, "read the version of Kubernetes", func() error { _, err := p.server.Refresh(ctx); return err })
	p.run(ctx, a)
	return nil
}

// parts of a working agent.
type parts struct {
	engine     *apply.Engine
	copies     *apply.InventoryStore
	server     *facts.Server
	git        *source.Git
	sources    *catalog.Catalog
	watches    *drift.Watches
	outbox     *link.Outbox
	loop       *link.Loop
	renewal    *link.Renewal
	reconciler *reconcile.Reconciler
	queries    *query.Service
	orphans    *orphans.Monitor
	// rules of health in force.
	rules health.Book
	log   logr.Logger
}

// close idle connections.
func (p *parts) close() {
	p.sources.Close()
	p.git.Close()
}

// assemble the parts; nothing runs yet.
func (a *Agent) assemble(ctx context.Context, held *state.State) (*parts, error) {
	cfg, log := a.restConfig(), a.opts.Logger
	p := &parts{log: log}
	p.rejudge(held)
	var err error
	if p.engine, err = apply.New(cfg, apply.Options{Allow: a.opts.Allow, Rules: p.rules.Rules, Logger: log.WithName("apply")}); err != nil {
		return nil, err
	}
	meta, err := metadata.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("make client for %s: %w", cfg.Host, err)
	}
	if p.server, err = facts.NewServer(cfg, a.opts.Clock); err != nil {
		return nil, err
	}
	p.copies = apply.NewInventoryStore(p.engine.Client(), a.opts.Namespace)
	git := a.opts.Git
	git.Logger = log.WithName("git")
	p.sources, p.git = catalog.Open(a.opts.DataDir, git, a.opts.Sources)
	p.outbox = link.NewOutbox(link.OutboxOptions{
		Delay: a.opts.ReportDelay, Highest: held.Highest, Clock: a.opts.Clock, Logger: log.WithName("report"),
		Acked: func(ack *deliveryv1.TombstoneAck) { a.acked(held, ack) },
	})
	strays, err := orphans.NewLister(cfg)
	if err != nil {
		return nil, err
	}
	p.orphans = orphans.New(orphans.Options{
		Lister: strays, Changed: func(keys ...string) { p.reconciler.Enqueue(keys...) }, Clock: a.opts.Clock, Logger: log.WithName("orphans"),
	})
	p.reconciler = reconcile.New(reconcile.Options{
		State: held, Engine: p.engine, Copies: p.copies, Sources: p.sources, Cluster: p.server, Reports: p.outbox, Rules: &p.rules,
		Impersonation: a.opts.Impersonation, Orphans: p.orphans, Workers: a.opts.Workers, Clock: a.opts.Clock, Logger: log.WithName("reconcile"),
	})
	p.queries = query.New(p.reconciler, held, p.engine, meta, log.WithName("query"))
	p.watches = drift.Start(ctx, drift.Options{
		Dynamic: p.engine.Client(), Metadata: meta, Kinds: p.engine.Kinds(), Rules: p.rules.Rules,
		Notify: p.reconciler.Notify, Served: p.reconciler.Served, Logger: log.WithName("drift"),
	})
	return p, a.connect(p, held)
}

// connect the agent to its hub; it dials in run.
func (a *Agent) connect(p *parts, held *state.State) error {
	hub := a.opts.Hub
	log := a.opts.Logger.WithName("link")
	if hub == nil {
		certificate, ca, err := a.opts.Credentials.Certificate()
		if err != nil {
			return err
		}
		now := delivery.NewAgentTime(a.opts.Clock.Now, time.Unix(held.HubTime(), 0))
		client, err := delivery.NewClient(delivery.ClientOptions{
			Endpoint: a.opts.Credentials.Endpoint(), CA: ca, Certificate: certificate,
			Version: a.opts.Version, Time: now, Proxy: a.opts.Proxy,
		})
		if err != nil {
			return err
		}
		hub = link.Dial(client)
		keeper, _ := a.opts.Credentials.(link.Keeper)
		p.renewal = &link.Renewal{
			Client: client, Certificate: a.opts.Credentials.Certificate, Keeper: keeper,
			Time: now, Clock: a.opts.Clock, Logger: log,
		}
	}
	p.loop = &link.Loop{
		Hub: hub, Desired: desired{held, p}, Queries: p.queries, Outbox: p.outbox, Logger: log, Clock: a.opts.Clock, Backoff: a.opts.Backoff,
	}
	connected := p.loop.Connected
	a.connected.Store(&connected)
	return nil
}

// run everything until ctx ends, and wait for it.
func (p *parts) run(ctx context.Context, a *Agent) {
	rest := lull.New(a.opts.Clock, a.opts.AtRest)
	p.reconciler.OnWork(rest.Stir)
	var all sync.WaitGroup
	all.Go(func() { p.reconciler.Run(ctx, p.watches) })
	all.Go(func() { p.orphans.Run(ctx) })
	all.Go(func() { p.outbox.Run(ctx) })
	all.Go(func() { rest.Run(ctx) })
	all.Go(func() { p.loop.Run(ctx) })
	if p.renewal != nil {
		all.Go(func() { p.renewal.Run(ctx) })
	}
	all.Go(func() {
		facts.WatchNodes(ctx, p.engine.Client(), a.opts.Logger.WithName("facts"), func(n facts.Nodes) { p.report(ctx, a, n) })
	})
	rest.Stir()
	a.ready.Store(true)
	<-ctx.Done()
	p.watches.Stop()
	all.Wait()
	p.queries.Wait()
}

// report the facts. Nodes change when a cluster is upgraded, so that is when
// the version is asked for again.
func (p *parts) report(ctx context.Context, a *Agent, n facts.Nodes) {
	version, err := p.server.Refresh(ctx)
	if err != nil {
		version = p.server.Version()
	}
	p.outbox.Facts(&deliveryv1.ClusterFacts{
		AgentVersion: a.opts.Version, KubernetesVersion: "v" + version, Nodes: n.Count, Gpus: n.GPUs,
	})
}

// until repeats what needs the API server until it works or ctx ends.
func (a *Agent) until(ctx context.Context, what string, do func() error) {
	for ctx.Err() == nil {
		err := do()
		if err == nil {
			return
		}
		a.opts.Logger.Info("cannot "+what+"; trying again", "reason", err.Error(), "in", startRetry.String())
		a.pause(ctx)
	}
}

// adopt the inventories that the cluster holds for an agent that has lost its
// own. What they list stays as it is until the hub says what should be.
func (a *Agent) adopt(ctx context.Context, held *state.State, copies *apply.InventoryStore) error {
	stored, err := copies.List(ctx)
	if err != nil && len(stored) == 0 {
		return err
	}
	if err != nil {
		a.opts.Logger.Error(err, "some inventories in the cluster cannot be read and are left out")
	}
	for _, s := range stored {
		if fleet := held.Fleet(); fleet != "" && fleet != s.Key.Fleet {
			continue
		}
		if err := held.Adopt(reconcile.KeyOf(s.Key), s.Inventory); err != nil {
			return err
		}
	}
	if len(stored) > 0 {
		a.opts.Logger.Info("inventories read from the cluster", "applications", len(stored))
	}
	return nil
}

// acked forgets a tombstone that is done and told.
func (a *Agent) acked(held *state.State, ack *deliveryv1.TombstoneAck) {
	if ack.GetError() != "" {
		return
	}
	if err := held.ForgetTombstone(delivery.Key(ack.GetNamespace(), ack.GetName()), ack.GetUid()); err != nil {
		a.opts.Logger.Error(err, "a tombstone that is done is kept; it is acknowledged again after a restart")
	}
}

// desired folds the hub's answers into the state and sets the reconciler to
// work on what changed.
type desired struct {
	held  *state.State
	parts *parts
}

func (d desired) Have() delivery.Have { return d.held.Have() }

func (d desired) Take(_ context.Context, answer *deliveryv1.WatchResponse) error {
	keys, err := d.held.Take(answer)
	if err != nil {
		return err
	}
	d.parts.rejudge(d.held)
	d.parts.reconciler.Enqueue(keys...)
	return nil
}
