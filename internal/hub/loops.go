package hub

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/healthz"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters/enroll"
	"github.com/fairlead/fairlead/internal/hub/application"
	"github.com/fairlead/fairlead/internal/hub/applicationset"
	"github.com/fairlead/fairlead/internal/hub/cluster"
	"github.com/fairlead/fairlead/internal/hub/pin"
	"github.com/fairlead/fairlead/internal/hub/query"
	"github.com/fairlead/fairlead/internal/hub/session"
	"github.com/fairlead/fairlead/internal/hub/status"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/catalog"
	"github.com/fairlead/fairlead/internal/writers"
)

// addLoops is the inventory of what runs. On the leader: sets, applications,
// tombstones, pins, clusters, what webhooks ask for, refused health rules. On
// every replica: the delivery server, webhooks, queries, health rules.
func (h *Hub) addLoops(ctx context.Context) error {
	m := h.manager
	inventory, err := h.newInventory(ctx)
	if err != nil {
		return err
	}
	git := h.opts.Git
	git.Logger = h.opts.Logger.WithName("git")
	sources, repositories := catalog.Open(h.cacheDir(""), git, h.opts.Sources)
	resolverOptions := h.opts.Resolver
	resolverOptions.Logger = h.opts.Logger.WithName("revisions")
	resolver := pin.NewResolver(sources, resolverOptions)

	if err := cluster.Setup(m); err != nil {
		return fmt.Errorf("cluster loop: %w", err)
	}
	asked := make(chan event.TypedGenericEvent[types.NamespacedName], 1024)
	resolver.Listen(h.tellApplications(asked))
	gate, err := h.newGate()
	if err != nil {
		return err
	}
	divided := writers.New()
	apps := &application.Reconciler{
		Gate: gate, Aside: divided.Aside, Events: m.GetEventRecorder("fairlead"),
		Client: m.GetClient(), Inventory: inventory, Revisions: resolver, Namespace: h.opts.Namespace, Now: h.opts.Now,
	}
	if err := application.Setup(m, apps, asked); err != nil {
		return fmt.Errorf("application loop: %w", err)
	}
	sets := &applicationset.Reconciler{Writers: divided, Inventory: inventory, Repositories: repositories, Ledger: gate}
	h.probe.source, h.probe.tell = inventory, sets.FleetAway
	answers, err := h.addSets(sets, resolver)
	if err != nil {
		return err
	}
	// Last: it starts the resolver, and all who listen have said so.
	if err := pin.Setup(ctx, m, &pin.Controller{Client: m.GetClient(), Resolver: resolver, Now: h.opts.Now}); err != nil {
		return fmt.Errorf("pin loop: %w", err)
	}
	if err := h.addWebhooks(resolver, woken{wake: sets.Wake, forget: answers.Forget}); err != nil {
		return fmt.Errorf("webhooks: %w", err)
	}
	return h.addDelivery(ctx, resolver)
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
			h.opts.Logger.Error(err, "applications not told of their repository's state", "repository", source.ShownURL(c.Ref.RepoURL))
			return
		}
		for i := range apps.Items {
			if slices.Contains(pin.RefsOf(&apps.Items[i]), c.Ref) {
				asked <- event.TypedGenericEvent[types.NamespacedName]{Object: client.ObjectKeyFromObject(&apps.Items[i])}
			}
		}
	}
}

// addDelivery adds the server that agents dial and the writer of what they
// report.
func (h *Hub) addDelivery(ctx context.Context, resolver *pin.Resolver) error {
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
	if err := query.Setup(m, &query.Controller{
		Client: m.GetClient(), Live: m.GetAPIReader(), Sessions: server, Revisions: revisions{resolver},
		Namespace: o.Namespace, Leads: m.Elected(), Now: o.Now,
	}); err != nil {
		return fmt.Errorf("query loop: %w", err)
	}
	fed, err := h.index.Feed(ctx, m.GetCache())
	if err != nil {
		return err
	}
	ruled, err := h.addHealthRules()
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
	return m.Add(&agentServer{hub: h, server: server, writer: writer, guard: tombstones,
		fed: func(ctx context.Context) bool { return fed(ctx) && ruled(ctx) }})
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
