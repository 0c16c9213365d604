package applicationset

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// failure is what the API server refused, by what was asked of it.
type failure struct{ create, update, remove []error }

func (f failure) all() []error { return slices.Concat(f.create, f.update, f.remove) }

// err joins what was refused. It is a conflict only if nothing failed but by
// conflict.
func (f failure) err() error {
	all := f.all()
	refused := slices.DeleteFunc(slices.Clone(all), apierrors.IsConflict)
	if len(refused) == 0 && len(all) > 0 {
		return all[0]
	}
	return errors.Join(refused...)
}

// write carries a plan out. One refused Application does not stop the others.
func (r *Reconciler) write(ctx context.Context, set *v1alpha1.ApplicationSet, plan Plan, ruling Ruling) failure {
	if len(plan.Changes)+len(plan.Delete) == 0 {
		return failure{}
	}
	key := client.ObjectKeyFromObject(set)
	defer r.Writers.Enter(key)()
	var (
		mu     sync.Mutex
		failed failure
		wg     sync.WaitGroup
	)
	do := func(into *[]error, f func() error) {
		if !r.Writers.Take(ctx, key) {
			mu.Lock()
			defer mu.Unlock()
			*into = append(*into, ctx.Err())
			return
		}
		wg.Go(func() {
			defer r.Writers.Give(key)
			if err := f(); err != nil {
				mu.Lock()
				defer mu.Unlock()
				*into = append(*into, err)
			}
		})
	}
	for _, change := range plan.Changes {
		if change.Live == nil {
			do(&failed.create, func() error { return r.create(ctx, change.Want) })
		} else {
			do(&failed.update, func() error { return r.update(ctx, change) })
		}
	}
	for _, app := range plan.Delete {
		do(&failed.remove, func() error { return r.remove(ctx, app, ruling) })
	}
	wg.Wait()
	return failed
}

func (r *Reconciler) create(ctx context.Context, app *v1alpha1.Application) error {
	err := r.Client.Create(ctx, app)
	if apierrors.IsAlreadyExists(err) {
		return nil // the cache lags behind; its event brings the set back
	}
	if err != nil {
		return fmt.Errorf("create application %s/%s: %w", app.Namespace, app.Name, err)
	}
	r.echoes.wrote(app)
	return nil
}

// remove deletes what the guard lets go.
func (r *Reconciler) remove(ctx context.Context, app *v1alpha1.Application, ruling Ruling) error {
	r.echoes.deletes(app)
	err := r.Guard.Delete(ctx, app, ruling)
	if err != nil {
		r.echoes.spared(app)
	}
	return err
}

// update patches what differs. What differs in Go alone costs no request.
func (r *Reconciler) update(ctx context.Context, c Change) error {
	data, err := client.MergeFrom(c.Live).Data(c.Want)
	if err != nil {
		return fmt.Errorf("compare application %s/%s: %w", c.Want.Namespace, c.Want.Name, err)
	}
	if string(data) == "{}" {
		return nil
	}
	if data, err = locked(data, c.Live.ResourceVersion); err != nil {
		return fmt.Errorf("compare application %s/%s: %w", c.Want.Namespace, c.Want.Name, err)
	}
	app := c.Want
	if err := r.Client.Patch(ctx, app, client.RawPatch(types.MergePatchType, data)); err != nil {
		return fmt.Errorf("update application %s/%s: %w", app.Namespace, app.Name, err)
	}
	r.echoes.wrote(app)
	return nil
}

// locked makes a merge patch apply to one version only.
func locked(patch []byte, resourceVersion string) ([]byte, error) {
	var whole map[string]any
	if err := json.Unmarshal(patch, &whole); err != nil {
		return nil, err
	}
	metadata, _ := whole["metadata"].(map[string]any)
	if metadata == nil {
		metadata = map[string]any{}
		whole["metadata"] = metadata
	}
	metadata["resourceVersion"] = resourceVersion
	return json.Marshal(whole)
}
