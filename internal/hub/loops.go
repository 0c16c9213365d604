package hub

import (
	"context"
	"fmt"
	"net/http"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/healthz"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters/enroll"
	"github.com/fairlead/fairlead/clusters/inventory"
	"github.com/fairlead/fairlead/internal/hub/application"
	"github.com/fairlead/fairlead/internal/hub/applicationset"
	"github.com/fairlead/fairlead/internal/hub/cluster"
	"github.com/fairlead/fairlead/internal/hub/pin"
	"github.com/fairlead/fairlead/internal/hub/session"
	"github.com/fairlead/fairlead/internal/hub/status"
	"github.com/fairlead/fairlead/internal/source"
)

// addLoops is the inventory of what runs. On the leader: sets, applications,
// tombstones, pins, clusters. On every replica: the delivery server.
func (h *Hub) addLoops(ctx context.Context) error {
	m := h.manager
	inventory, err := h.newInventory(ctx)
	if err != nil {
		return err
	}
	git := h.opts.Git
	git.CacheDir = h.cacheDir("git")
	git.Logger = h.opts.Logger.WithName("git")
	repositories := source.NewGit(git)
	resolverOptions := h.opts.Resolver
	resolverOptions.Logger = h.opts.Logger.WithName("revisions")
	resolver := pin.NewResolver(repositories, resolverOptions)

	if err := cluster.Setup(m); err != nil {
		return fmt.Errorf("cluster loop: %w", err)
	}
	asked := make(chan event.TypedGenericEvent[types.NamespacedName], 1024)
	resolver.Listen(h.tellApplications(asked))
	apps := &application.Reconciler{
		Client: m.GetClient(), Inventory: inventory, Revisions: resolver, Namespace: h.opts.Namespace, Now: h.opts.Now,
	}
	if err := application.Setup(m, apps, asked); err != nil {
		return fmt.Errorf("application loop: %w", err)
	}
	sets := &applicationset.Reconciler{
		Client: m.GetClient(), Inventory: inventory, Revisions: revisions{resolver}, Repositories: repositories, Now: h.opts.Now,
	}
	if err := applicationset.Setup(m, sets, func(f applicationset.Moved) {
		resolver.Listen(func(c pin.Change) { f(c.Owners) })
	}); err != nil {
		return fmt.Errorf("applicationset loop: %w", err)
	}
	// Last: it starts the resolver, and all who listen have said so.
	if err := pin.Setup(ctx, m, &pin.Controller{Client: m.GetClient(), Resolver: resolver, Now: h.opts.Now}); err != nil {
		return fmt.Errorf("pin loop: %w", err)
	}
	return h.addDelivery(ctx)
}

// newInventory reads clusters through the cache and forgets what it read
// whenever one changes.
func (h *Hub) newInventory(ctx context.Context) (*inventory.Source, error) {
	s := inventory.NewSource(h.manager.GetClient(), h.opts.Namespace)
	for _, kind := range []client.Object{&fleet.Cluster{}, &corev1.Secret{}} {
		informer, err := h.manager.GetCache().GetInformer(ctx, kind)
		if err != nil {
			return nil, fmt.Errorf("watch %T: %w", kind, err)
		}
		if _, err := informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
			AddFunc:    func(any) { s.Invalidate() },
			UpdateFunc: func(any, any) { s.Invalidate() },
			DeleteFunc: func(any) { s.Invalidate() },
		}); err != nil {
			return nil, fmt.Errorf("watch %T: %w", kind, err)
		}
	}
	return s, nil
}

// tellApplications wakes the Applications of a repository whose revision began
// or ceased to be answerable, so that their condition follows. A mere new
// commit wakes none of them: the pin does that.
func (h *Hub) tellApplications(asked chan<- event.TypedGenericEvent[types.NamespacedName]) func(pin.Change) {
	return func(c pin.Change) {
		if !c.NewError() {
			return
		}
		var apps v1alpha1.ApplicationList
		if err := h.manager.GetClient().List(context.Background(), &apps); err != nil {
			h.opts.Logger.Error(err, "applications not told of their repository's state", "repository", c.Ref.RepoURL)
			return
		}
		for i := range apps.Items {
			for _, s := range apps.Items[i].Spec.GetSources() {
				if s.RepoURL == c.Ref.RepoURL && s.TargetRevision == c.Ref.Revision {
					asked <- event.TypedGenericEvent[types.NamespacedName]{Object: client.ObjectKeyFromObject(&apps.Items[i])}
					break
				}
			}
		}
	}
}

// addDelivery adds the server that agents dial and the writer of what they
// report.
func (h *Hub) addDelivery(ctx context.Context) error {
	m, o := h.manager, h.opts
	secrets, configMaps := h.core.Secrets(o.Namespace), h.core.ConfigMaps(o.Namespace)
	h.identity = &authority{
		fleetID: h.fleet.ID, ca: h.ca, tokens: enroll.NewTokens(enroll.NewSecretTokens(secrets), o.Now),
		client: m.GetClient(), live: m.GetAPIReader(), index: h.index, namespace: o.Namespace, now: o.Now,
		issued: map[string]issuedIdentity{},
	}
	tombstones := &guard{
		fleet: enroll.NewFleetStore(configMaps), configMaps: configMaps, index: h.index,
		revision: h.revision, logger: o.Logger.WithName("guard"), poll: guardPoll,
	}
	writer := &status.Writer{
		Client: m.GetClient(), Live: m.GetAPIReader(), Applications: h.index,
		Namespace: o.Namespace, Replica: o.Replica, Now: o.Now, Logger: o.Logger.WithName("status"),
	}
	hosts, err := h.hosts()
	if err != nil {
		return err
	}
	certificate, err := enroll.NewEndpoint(h.ca, hosts, o.Now)
	if err != nil {
		return err
	}
	server, err := session.New(session.Options{
		Fleet: h.fleet.ID, CAs: h.ca.Pool(), Certificate: certificate.Certificate,
		Desired: h.index, Sink: sink{writer}, Authority: h.identity, Guard: tombstones,
		Clock: o.Now, Logger: o.Logger.WithName("delivery"), Registerer: o.Registerer,
	})
	if err != nil {
		return err
	}
	fed, err := h.index.Feed(ctx, m.GetCache())
	if err != nil {
		return err
	}
	if err := h.addProbes(); err != nil {
		return err
	}
	peers := &replicas{
		client: m.GetClient(), live: m.GetAPIReader(), namespace: o.Namespace, name: o.Replica, now: o.Now,
		logger: o.Logger.WithName("replicas"), release: writer.Release,
	}
	tokens := purge{enroll.NewSecretTokens(secrets), o}
	for _, l := range []loop{{run: peers.beat}, {run: peers.sweep, leaderOnly: true}, {run: tokens.run, leaderOnly: true}} {
		if err := m.Add(l); err != nil {
			return err
		}
	}
	return m.Add(&agentServer{hub: h, server: server, writer: writer, guard: tombstones, fed: fed})
}

func (h *Hub) addProbes() error {
	if err := h.manager.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return err
	}
	return h.manager.AddReadyzCheck("serving", func(*http.Request) error {
		select {
		case <-h.serving:
			return nil
		default:
			return fmt.Errorf("agents are not served yet")
		}
	})
}
