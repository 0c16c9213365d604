package applicationset

import (
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

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
	if !allowedBy(set).Delete {
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

func (r *Reconciler) disown(ctx context.Context, set *v1alpha1.ApplicationSet) error {
	var owned v1alpha1.ApplicationList
	if err := r.Client.List(ctx, &owned, client.InNamespace(set.Namespace), client.MatchingFields{setIndex: set.Name}); err != nil {
		return fmt.Errorf("list applications of set %s/%s: %w", set.Namespace, set.Name, err)
	}
	for i := range owned.Items {
		app := &owned.Items[i]
		before := app.DeepCopy()
		app.OwnerReferences = slices.DeleteFunc(app.OwnerReferences, func(o metav1.OwnerReference) bool { return o.UID == set.UID })
		err := r.Client.Patch(ctx, app, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
		if client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("release application %s/%s from its set: %w", app.Namespace, app.Name, err)
		}
	}
	return nil
}
