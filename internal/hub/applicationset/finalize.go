package applicationset

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
)

// Ledger is told of sets that are deleted, so that what Kubernetes deletes
// after them has a cause.
type Ledger interface {
	SetDeleted(ctx context.Context, set *v1alpha1.ApplicationSet) error
}

// finalize lets a deleted set go. Its Applications follow by garbage
// collection, each through its own finalizer; where the set's policy forbids
// deleting, they are made nobody's first.
func (r *Reconciler) finalize(ctx context.Context, set *v1alpha1.ApplicationSet) error {
	r.forget(client.ObjectKeyFromObject(set))
	if !controllerutil.ContainsFinalizer(set, fleet.Finalizer) {
		return nil
	}
	if r.Ledger != nil {
		if err := r.Ledger.SetDeleted(ctx, set); err != nil {
			return fmt.Errorf("record that applicationset %s/%s is deleted: %w", set.Namespace, set.Name, err)
		}
	}
	if !plan.AllowedBy(set).Delete {
		if err := r.disown(ctx, set); err != nil {
			return err
		}
	}
	before := set.DeepCopy()
	controllerutil.RemoveFinalizer(set, fleet.Finalizer)
	err := r.Client.Patch(ctx, set, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("remove finalizer of applicationset %s/%s: %w", set.Namespace, set.Name, err)
	}
	return nil
}

// releasePage is how many Applications are read at once to be released.
const releasePage = 500

// disown makes the set's Applications nobody's. It reads past the cache: one
// that the cache has not told of yet would be collected with the set.
func (r *Reconciler) disown(ctx context.Context, set *v1alpha1.ApplicationSet) error {
	page := &metav1.PartialObjectMetadataList{}
	page.SetGroupVersionKind(v1alpha1.ApplicationSchemaGroupVersionKind)
	for {
		err := r.Live.List(ctx, page, client.InNamespace(set.Namespace), client.Limit(releasePage), client.Continue(page.Continue))
		if err != nil {
			return fmt.Errorf("list applications of set %s/%s: %w", set.Namespace, set.Name, err)
		}
		if err := r.release(ctx, set, page.Items); err != nil {
			return err
		}
		if page.Continue == "" {
			return nil
		}
	}
}

// release takes the set off the owners of these Applications, some at a time.
func (r *Reconciler) release(ctx context.Context, set *v1alpha1.ApplicationSet, apps []metav1.PartialObjectMetadata) error {
	key := client.ObjectKeyFromObject(set)
	defer r.Writers.Enter(key)()
	var group errgroup.Group
	for i := range apps {
		app := &apps[i]
		if !slices.ContainsFunc(app.OwnerReferences, func(o metav1.OwnerReference) bool { return o.UID == set.UID }) {
			continue
		}
		if !r.Writers.Take(ctx, key) {
			group.Go(ctx.Err)
			break
		}
		group.Go(func() error {
			defer r.Writers.Give(key)
			return r.releaseOne(ctx, set, app)
		})
	}
	return group.Wait()
}

func (r *Reconciler) releaseOne(ctx context.Context, set *v1alpha1.ApplicationSet, app *metav1.PartialObjectMetadata) error {
	app.SetGroupVersionKind(v1alpha1.ApplicationSchemaGroupVersionKind)
	before := app.DeepCopy()
	app.OwnerReferences = slices.DeleteFunc(app.OwnerReferences, func(o metav1.OwnerReference) bool { return o.UID == set.UID })
	err := r.Client.Patch(ctx, app, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("release application %s/%s from its set: %w", app.Namespace, app.Name, err)
	}
	return nil
}
