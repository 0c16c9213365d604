package hub

import (
	"context"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/clusters/inventory"
)

// newInventory reads clusters through the cache and is told of each that
// changes.
func (h *Hub) newInventory(ctx context.Context) (*inventory.Source, error) {
	s := inventory.NewSource(h.manager.GetClient(), h.opts.Namespace)
	changed := func(o any) {
		if gone, ok := o.(toolscache.DeletedFinalStateUnknown); ok {
			o = gone.Obj
		}
		if object, ok := o.(client.Object); ok {
			s.Changed(object)
		}
	}
	for _, kind := range []client.Object{&fleet.Cluster{}, &corev1.Secret{}} {
		informer, err := h.manager.GetCache().GetInformer(ctx, kind)
		if err != nil {
			return nil, fmt.Errorf("watch %T: %w", kind, err)
		}
		if _, err := informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
			AddFunc:    changed,
			UpdateFunc: func(_, is any) { changed(is) },
			DeleteFunc: changed,
		}); err != nil {
			return nil, fmt.Errorf("watch %T: %w", kind, err)
		}
	}
	return s, nil
}

// probeEvery is how often it is tried to list clusters while that fails.
const probeEvery = 5 * time.Second

// probe finds out whether the fleet's clusters can be read. A cache that has
// lost its watch keeps what it had, and whoever reads it cannot tell.
type probe struct {
	live      client.Reader
	namespace string
	source    *inventory.Source
	// tell is called when clusters can no longer be read, and when they can be
	// again.
	tell    func(context.Context)
	logger  logr.Logger
	trouble chan struct{}
}

// watchFailed is told of every watch that the cache has lost, of any kind.
func (p *probe) watchFailed(ctx context.Context, reflector *toolscache.Reflector, err error) {
	toolscache.DefaultWatchErrorHandler(ctx, reflector, err)
	select {
	case p.trouble <- struct{}{}:
	default: // it looks already
	}
}

// run looks whenever a watch was lost, and goes on while clusters cannot be
// read.
func (p *probe) run(ctx context.Context) error {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	away := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-p.trouble:
		case <-tick.C:
			if !away {
				continue
			}
		}
		err := p.list(ctx)
		if ctx.Err() != nil {
			return nil
		}
		away = err != nil
		if p.source.Away(err) {
			p.logger.Info("whether the fleet's clusters can be read has changed", "error", err)
			p.tell(ctx)
		}
	}
}

func (p *probe) list(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeEvery)
	defer cancel()
	err := p.live.List(ctx, &fleet.ClusterList{}, client.InNamespace(p.namespace), client.Limit(1))
	if err != nil {
		return fmt.Errorf("list clusters in namespace %s: %w", p.namespace, err)
	}
	err = p.live.List(ctx, &corev1.SecretList{}, client.InNamespace(p.namespace), client.Limit(1),
		client.MatchingLabels{clusters.SecretTypeLabel: clusters.SecretTypeCluster})
	if err != nil {
		return fmt.Errorf("list cluster secrets in namespace %s: %w", p.namespace, err)
	}
	return nil
}
