package apply

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/health"
)

func isDefinition(ref Ref) bool {
	return ref.Group == "apiextensions.k8s.io" && ref.Kind == "CustomResourceDefinition"
}

// awaitEstablished waits until a CRD's kind is served, and makes the engine
// look at the kinds of its group anew.
func (e *Engine) awaitEstablished(ctx context.Context, kind Kind, o object, live *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	group, _, _ := unstructured.NestedString(live.Object, "spec", "group")
	defer e.kinds.Forget(group)
	ctx, cancel := context.WithTimeoutCause(ctx, e.opts.EstablishTimeout,
		fmt.Errorf("not established after %s", e.opts.EstablishTimeout))
	defer cancel()
	for wait := e.opts.Poll; ; wait = e.longer(wait) {
		switch h := health.Of(live); h.Status { // whether it is served: no rule of the fleet says otherwise
		case v1alpha1.HealthStatusHealthy:
			return live, nil
		case v1alpha1.HealthStatusDegraded:
			return live, fmt.Errorf("%s", h.Message)
		}
		if err := pause(ctx, wait); err != nil {
			return live, err
		}
		next, err := e.get(ctx, kind, o.ref)
		if err != nil {
			return live, err
		}
		if next == nil {
			return live, fmt.Errorf("deleted by someone else while waiting for it to be established")
		}
		live = next
	}
}
