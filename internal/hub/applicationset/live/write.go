package live

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
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
)

// Failure is what the API server refused, by what was asked of it.
type Failure struct{ Create, Update, Remove []error }

func (f Failure) all() []error { return slices.Concat(f.Create, f.Update, f.Remove) }

// Err joins what was refused. It is a conflict only if nothing failed but by
// conflict.
func (f Failure) Err() error {
	all := f.all()
	refused := slices.DeleteFunc(slices.Clone(all), apierrors.IsConflict)
	if len(refused) == 0 && len(all) > 0 {
		return all[0]
	}
	return errors.Join(refused...)
}

// Remove deletes one Application.
type Remove func(ctx context.Context, app *v1alpha1.Application) error

// Write carries a plan out, deleting with remove. One refused Application does
// not stop the others.
func (a *Applications) Write(ctx context.Context, set *v1alpha1.ApplicationSet, todo plan.Plan, remove Remove) Failure {
	if len(todo.Changes)+len(todo.Delete) == 0 {
		return Failure{}
	}
	key := client.ObjectKeyFromObject(set)
	defer a.writers.Enter(key)()
	var (
		mu     sync.Mutex
		failed Failure
		wg     sync.WaitGroup
	)
	do := func(into *[]error, f func() error) {
		if !a.writers.Take(ctx, key) {
			mu.Lock()
			defer mu.Unlock()
			*into = append(*into, ctx.Err())
			return
		}
		wg.Go(func() {
			defer a.writers.Give(key)
			if err := f(); err != nil {
				mu.Lock()
				defer mu.Unlock()
				*into = append(*into, err)
			}
		})
	}
	for _, change := range todo.Changes {
		if change.Live == nil {
			do(&failed.Create, func() error { return a.create(ctx, change.Want) })
		} else {
			do(&failed.Update, func() error { return a.update(ctx, change) })
		}
	}
	for _, app := range todo.Delete {
		do(&failed.Remove, func() error { return a.remove(ctx, app, remove) })
	}
	wg.Wait()
	return failed
}

func (a *Applications) create(ctx context.Context, app *v1alpha1.Application) error {
	err := a.client.Create(ctx, app)
	if apierrors.IsAlreadyExists(err) {
		return nil // the cache lags behind; its event brings the set back
	}
	if err != nil {
		return fmt.Errorf("create application %s/%s: %w", app.Namespace, app.Name, err)
	}
	a.echoes.wrote(app)
	return nil
}

// remove deletes one, and expects the events of its end.
func (a *Applications) remove(ctx context.Context, app *v1alpha1.Application, remove Remove) error {
	a.echoes.deletes(app)
	err := remove(ctx, app)
	if err != nil {
		a.echoes.spared(app)
	}
	return err
}

// update patches what differs. What differs in Go alone costs no request.
func (a *Applications) update(ctx context.Context, c plan.Change) error {
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
	if err := a.client.Patch(ctx, app, client.RawPatch(types.MergePatchType, data)); err != nil {
		return fmt.Errorf("update application %s/%s: %w", app.Namespace, app.Name, err)
	}
	a.echoes.wrote(app)
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
