package application

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// finalize turns a deleted Application into a Tombstone and lets the object go
// when the agent has acknowledged it, or at once when nobody is there to:
// the Tombstone outlives the Application. What the gate holds stays; what a
// person wants to keep running goes without a Tombstone.
func (r *Reconciler) finalize(ctx context.Context, app *v1alpha1.Application) error {
	if !controllerutil.ContainsFinalizer(app, fleet.Finalizer) && !app.CascadedDeletion() {
		return nil
	}
	name := deliveredTo(app)
	if name == "" {
		return r.finalizeUndelivered(ctx, app)
	}
	cluster := &fleet.Cluster{}
	err := r.Client.Get(ctx, types.NamespacedName{Namespace: r.Namespace, Name: name}, cluster)
	if apierrors.IsNotFound(err) {
		return r.letGo(ctx, app)
	}
	if err != nil {
		return fmt.Errorf("read cluster %s: %w", name, err)
	}

	action, cause := endOf(app)
	if action == fleet.TombstoneDelete {
		if stale, err := r.dropRelease(ctx, app, name); err != nil || stale {
			return err
		}
	}
	if kept, err := r.kept(ctx, app, name); err != nil || kept {
		return err
	}
	issued, err := r.issue(ctx, app, name, action, cause)
	if err != nil || !issued {
		return err
	}
	tomb := &fleet.Tombstone{}
	key := types.NamespacedName{Namespace: r.Namespace, Name: fleet.TombstoneName(name, keyOf(app))}
	if err := r.Client.Get(ctx, key, tomb); err != nil {
		if apierrors.IsNotFound(err) { // the cache lags behind; its event comes
			return nil
		}
		return fmt.Errorf("read tombstone %s: %w", key, err)
	}
	if action == fleet.TombstoneDelete && tomb.Spec.Action != action {
		return nil // it came this moment, and its event too
	}
	if err := r.approve(ctx, app, tomb); err != nil {
		return err
	}
	connected := cluster.Status.Holder != ""
	if tomb.Status.Acknowledged || !connected {
		return r.letGo(ctx, app)
	}
	return r.sayPending(ctx, app, name, tomb)
}

// dropRelease removes the release that an earlier move away from cluster left,
// when app is delivered there again: it must neither pass for the order to
// delete nor undo a hold. stale is true while it is there; the event of its end
// wakes app.
func (r *Reconciler) dropRelease(ctx context.Context, app *v1alpha1.Application, cluster string) (stale bool, err error) {
	tomb := &fleet.Tombstone{}
	key := types.NamespacedName{Namespace: r.Namespace, Name: fleet.TombstoneName(cluster, keyOf(app))}
	if err := r.Client.Get(ctx, key, tomb); err != nil || tomb.Spec.Action != fleet.TombstoneRelease {
		return false, client.IgnoreNotFound(err)
	}
	if err := r.Client.Delete(ctx, tomb, client.Preconditions{UID: &tomb.UID}); client.IgnoreNotFound(err) != nil {
		return true, fmt.Errorf("remove the release %s that the deletion replaces: %w", key, err)
	}
	return true, nil
}

// issue writes the one Tombstone that this Application can have at a cluster.
// It is the only place where tombstones are made; one that deletes must pass
// the gate, and issued is false while it has not. A release removes nothing
// from the cluster, so nothing holds it.
func (r *Reconciler) issue(ctx context.Context, app *v1alpha1.Application, cluster string, action fleet.TombstoneAction, cause string) (issued bool, err error) {
	key := keyOf(app)
	tomb := &fleet.Tombstone{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: r.Namespace,
			Name:      fleet.TombstoneName(cluster, key),
		},
		Spec: fleet.TombstoneSpec{Cluster: cluster, Application: key, Action: action, Cause: cause},
	}
	err = r.Client.Get(ctx, client.ObjectKeyFromObject(tomb), &fleet.Tombstone{})
	if err == nil {
		return true, nil
	}
	if apierrors.IsNotFound(err) {
		if action == fleet.TombstoneDelete {
			if passes, err := r.passes(ctx, app); err != nil || !passes {
				return false, err
			}
		}
		err = r.Client.Create(ctx, tomb)
	}
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return false, fmt.Errorf("issue tombstone for application %s/%s at cluster %s: %w", app.Namespace, app.Name, cluster, err)
	}
	return true, nil
}

// letGo takes off the finalizers that Fairlead answers for; those of others
// stay.
func (r *Reconciler) letGo(ctx context.Context, app *v1alpha1.Application) error {
	before := app.DeepCopy()
	app.Finalizers = slices.DeleteFunc(app.Finalizers, func(f string) bool {
		return f == fleet.Finalizer || v1alpha1.IsResourcesFinalizer(f)
	})
	err := r.Client.Patch(ctx, app, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("remove finalizers of application %s/%s: %w", app.Namespace, app.Name, err)
	}
	return nil
}

func (r *Reconciler) sayPending(ctx context.Context, app *v1alpha1.Application, cluster string, tomb *fleet.Tombstone) error {
	text := fmt.Sprintf("waiting for the agent of cluster %s to %s the objects", cluster, tomb.Spec.Action)
	if tomb.Status.Message != "" {
		text = fmt.Sprintf("%d objects remain on cluster %s: %s", tomb.Status.Remaining, cluster, tomb.Status.Message)
	}
	before := app.DeepCopy()
	app.Status.Conditions = withTimes([]v1alpha1.ApplicationCondition{{
		Type: v1alpha1.ApplicationConditionTombstonePending, Message: text,
	}}, before.Status.Conditions, metav1.NewTime(r.Now()))
	if err := r.Client.Status().Patch(ctx, app, client.MergeFrom(before)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("write status of application %s/%s: %w", app.Namespace, app.Name, err)
	}
	return nil
}
