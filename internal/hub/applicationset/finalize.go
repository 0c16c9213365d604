package applicationset

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
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

// end is finalize, whose failure the set says.
func (r *Reconciler) end(ctx context.Context, set *v1alpha1.ApplicationSet) error {
	err := r.finalize(ctx, set)
	if err == nil || apierrors.IsConflict(err) {
		return err
	}
	return errors.Join(err, r.writeConditions(ctx, set, endFailed(err)))
}

// finalize lets a deleted set go. Its Applications follow by garbage
// collection, each through its own finalizer; where the set's policy forbids
// deleting, they are made nobody's first, and where it preserves resources,
// they lose what would delete them, even if no update has said so before.
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
	switch p := set.Spec.SyncPolicy; {
	case !plan.AllowedBy(set).Delete:
		if err := r.eachLive(ctx, set, r.releaseOne); err != nil {
			return err
		}
	case p != nil && p.PreserveResourcesOnDeletion:
		if err := r.eachLive(ctx, set, r.preserveOne); err != nil {
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

// eachLive does what it is told to each of the set's Applications, some at a
// time. It reads past the cache: one that the cache has not told of yet would
// be collected with the set.
func (r *Reconciler) eachLive(ctx context.Context, set *v1alpha1.ApplicationSet, do doOne) error {
	page := &metav1.PartialObjectMetadataList{}
	page.SetGroupVersionKind(v1alpha1.ApplicationSchemaGroupVersionKind)
	for {
		err := r.Live.List(ctx, page, client.InNamespace(set.Namespace), client.Limit(releasePage), client.Continue(page.Continue))
		if err != nil {
			return fmt.Errorf("list applications of set %s/%s: %w", set.Namespace, set.Name, err)
		}
		if err := r.eachOf(ctx, set, page.Items, do); err != nil {
			return err
		}
		if page.Continue == "" {
			return nil
		}
	}
}

type doOne func(ctx context.Context, set *v1alpha1.ApplicationSet, app *metav1.PartialObjectMetadata) error

func (r *Reconciler) eachOf(ctx context.Context, set *v1alpha1.ApplicationSet, apps []metav1.PartialObjectMetadata, do doOne) error {
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
			return do(ctx, set, app)
		})
	}
	return group.Wait()
}

// preserveOne takes off what would delete an Application's resources with it.
func (r *Reconciler) preserveOne(ctx context.Context, set *v1alpha1.ApplicationSet, app *metav1.PartialObjectMetadata) error {
	finalizers := plan.Finalizers(set, app)
	if len(finalizers) == len(app.Finalizers) {
		return nil
	}
	app.SetGroupVersionKind(v1alpha1.ApplicationSchemaGroupVersionKind)
	before := app.DeepCopy()
	app.Finalizers = finalizers
	err := r.Client.Patch(ctx, app, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("preserve the resources of application %s/%s: %w", app.Namespace, app.Name, err)
	}
	return nil
}

// releaseOne makes an Application nobody's.
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
