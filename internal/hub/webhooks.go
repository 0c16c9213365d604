package hub

import (
	"context"
	"fmt"
	"net"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/hub/pin"
	"github.com/fairlead/fairlead/internal/hub/webhook"
)

// listenWebhooks opens the port for hooks unless it is turned off.
func (h *Hub) listenWebhooks() (err error) {
	if h.opts.WebhookAddr == "" || h.opts.WebhookAddr == "0" {
		return nil
	}
	if h.webhooks, err = net.Listen("tcp", h.opts.WebhookAddr); err != nil {
		return fmt.Errorf("listen for webhooks: %w: free the port, or give another with --webhook-addr (0 for none)", err)
	}
	return nil
}

// WebhookAddr is where hooks are taken, HOST:PORT; empty if they are not.
func (h *Hub) WebhookAddr() string {
	if h.webhooks == nil {
		return ""
	}
	return h.webhooks.Addr().String()
}

// addWebhooks adds the server for hooks on every replica, and on the leader the
// clerk that acts on them. The clerk also runs where the server is turned off:
// another replica may take hooks.
func (h *Hub) addWebhooks(resolver *pin.Resolver, sets webhook.Sets) error {
	metrics, err := webhook.NewMetrics(h.opts.Registerer)
	if err != nil {
		return err
	}
	logger := h.opts.Logger.WithName("webhooks")
	world := webhook.NewWorld(h.manager.GetClient())
	notes := webhook.NewNotes(h.core.ConfigMaps(h.opts.Namespace))
	clerk := &webhook.Clerk{
		Box: notes, World: world, Revisions: followed{resolver}, Sets: sets,
		Metrics: metrics, Logger: logger, Now: h.opts.Now,
	}
	if err := h.manager.Add(loop{run: clerk.Run, leaderOnly: true}); err != nil || h.webhooks == nil {
		return err
	}
	handler := webhook.NewHandler(webhook.Options{
		Secrets: h.core.Secrets(h.opts.Namespace), Notes: notes, World: world,
		Metrics: metrics, Logger: logger, Now: h.opts.Now,
	})
	return h.manager.Add(&webhook.Server{Listener: h.webhooks, Handler: handler})
}

// followed is the Resolver as webhooks see it.
type followed struct{ *pin.Resolver }

func (f followed) Followed() []webhook.Ref {
	var out []webhook.Ref
	for _, ref := range f.WantedOfGit() {
		out = append(out, webhook.Ref{RepoURL: ref.RepoURL, Revision: ref.Revision})
	}
	return slices.Compact(out) // once where only tag prefixes differ
}

// woken is the set loop as webhooks see it.
type woken struct {
	wake   func(context.Context, ...types.NamespacedName)
	forget func(func(generators.Question) bool)
}

// Wake forgets first, so that the expansion asks anew.
func (w woken) Wake(ctx context.Context, set types.NamespacedName, forget func(generators.Question) bool) error {
	if w.forget != nil {
		w.forget(forget)
	}
	w.wake(ctx, set)
	return ctx.Err()
}
