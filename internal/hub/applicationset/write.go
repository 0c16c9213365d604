package applicationset

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// writers bounds the requests that one set makes at once.
const writers = 8

// write carries a plan out. One refused Application does not stop the others.
// The error is a conflict only if all that failed did so by conflict.
func (r *Reconciler) write(ctx context.Context, set *v1alpha1.ApplicationSet, plan Plan) error {
	var (
		mu   sync.Mutex
		errs []error
		wg   sync.WaitGroup
		slot = make(chan struct{}, writers)
	)
	do := func(f func() error) {
		slot <- struct{}{}
		wg.Go(func() {
			defer func() { <-slot }()
			if err := f(); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	for _, change := range plan.Changes {
		do(func() error { return r.apply(ctx, change) })
	}
	for _, app := range plan.Delete {
		do(func() error { return r.remove(ctx, app) })
	}
	wg.Wait()
	refused := slices.DeleteFunc(slices.Clone(errs), apierrors.IsConflict)
	if len(refused) == 0 && len(errs) > 0 {
		return errs[0]
	}
	return errors.Join(refused...)
}

// apply creates an Application or patches what differs. An unchanged one costs
// no request.
func (r *Reconciler) apply(ctx context.Context, c Change) error {
	if c.Live == nil {
		err := r.Client.Create(ctx, c.Want)
		if apierrors.IsAlreadyExists(err) {
			return nil // the cache lags behind; its event brings the set back
		}
		if err != nil {
			return fmt.Errorf("create application %s/%s: %w", c.Want.Namespace, c.Want.Name, err)
		}
		return nil
	}
	data, err := client.MergeFromWithOptions(c.Live, client.MergeFromWithOptimisticLock{}).Data(c.Want)
	if err != nil {
		return fmt.Errorf("compare application %s/%s: %w", c.Want.Namespace, c.Want.Name, err)
	}
	if bare, err := client.MergeFrom(c.Live).Data(c.Want); err == nil && string(bare) == "{}" {
		return nil
	}
	if err := r.Client.Patch(ctx, c.Want, client.RawPatch(types.MergePatchType, data)); err != nil {
		return fmt.Errorf("update application %s/%s: %w", c.Want.Namespace, c.Want.Name, err)
	}
	return nil
}

func (r *Reconciler) remove(ctx context.Context, app *v1alpha1.Application) error {
	err := r.Client.Delete(ctx, app, client.Preconditions{UID: &app.UID})
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("delete application %s/%s: %w", app.Namespace, app.Name, err)
	}
	return nil
}
