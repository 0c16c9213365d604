package apply

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// Engine works on one cluster. Safe for concurrent use; concurrent syncs of
// one Application are the caller's to prevent.
type Engine struct {
	opts   Options
	client dynamic.Interface
	kinds  *Kinds

	accounts *accounts
}

// New engine on the API server of cfg. If cfg sets no QPS, the client does not
// throttle itself: Options.Parallel and the API server's own fairness do.
func New(cfg *rest.Config, opts Options) (*Engine, error) {
	opts = opts.withDefaults()
	cfg = rest.CopyConfig(cfg)
	if cfg.QPS == 0 {
		cfg.QPS = -1
	}
	if cfg.WarningHandler == nil && cfg.WarningHandlerWithContext == nil {
		cfg.WarningHandlerWithContext = warnings{opts.Logger}
	}
	hc, err := rest.HTTPClientFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("make client for %s: %w", cfg.Host, err)
	}
	client, err := dynamic.NewForConfigAndClient(cfg, hc)
	if err != nil {
		return nil, fmt.Errorf("make client for %s: %w", cfg.Host, err)
	}
	kinds, err := NewKinds(cfg, hc)
	if err != nil {
		return nil, err
	}
	return &Engine{opts: opts, client: client, kinds: kinds, accounts: &accounts{cfg: cfg, byUser: map[string]*Engine{}}}, nil
}

// Kinds that the cluster serves.
func (e *Engine) Kinds() *Kinds { return e.kinds }

// Client that the engine uses.
func (e *Engine) Client() dynamic.Interface { return e.client }

// at is the endpoint of one object.
func (e *Engine) at(kind Kind, ref Ref) dynamic.ResourceInterface {
	if kind.Namespaced {
		return e.client.Resource(kind.Resource).Namespace(ref.Namespace)
	}
	return e.client.Resource(kind.Resource)
}

// pause waits, or gives ctx's error.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// uidOf is nil-safe.
func uidOf(obj *unstructured.Unstructured) string {
	if obj == nil {
		return ""
	}
	return string(obj.GetUID())
}
