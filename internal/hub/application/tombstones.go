package application

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Tombstones ends tombstones: when they are acknowledged and their
// Application is gone, when their cluster has left, and when an Application of
// the same key has come back for the same cluster. One that came back under
// another UID must have reached the agent first: until then the agent holds
// the old UID, and only the old tombstone could end it.
type Tombstones struct {
	Client    client.Client
	Inventory Inventory
	// Namespace is the control namespace, where Clusters and Tombstones are.
	Namespace string
}

// Reconcile removes the Tombstone if nothing needs it any more.
func (r *Tombstones) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	tomb := &fleet.Tombstone{}
	if err := r.Client.Get(ctx, req.NamespacedName, tomb); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	over, err := r.over(ctx, tomb)
	if err != nil || !over {
		return reconcile.Result{}, err
	}
	if err := r.Client.Delete(ctx, tomb, client.Preconditions{UID: &tomb.UID}); client.IgnoreNotFound(err) != nil {
		return reconcile.Result{}, fmt.Errorf("remove tombstone %s: %w", req.NamespacedName, err)
	}
	return reconcile.Result{}, nil
}

func (r *Tombstones) over(ctx context.Context, tomb *fleet.Tombstone) (bool, error) {
	cluster := types.NamespacedName{Namespace: r.Namespace, Name: tomb.Spec.Cluster}
	if err := r.Client.Get(ctx, cluster, &fleet.Cluster{}); err != nil {
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	}
	key := tomb.Spec.Application
	app := &v1alpha1.Application{}
	err := r.Client.Get(ctx, types.NamespacedName{Namespace: key.Namespace, Name: key.Name}, app)
	switch {
	case apierrors.IsNotFound(err):
		return tomb.Status.Acknowledged, nil
	case err != nil:
		return false, err
	case string(app.UID) == key.UID && !app.DeletionTimestamp.IsZero():
		return false, nil // the finalizer waits for it
	case tomb.Status.Acknowledged:
		return true, nil
	case string(app.UID) != key.UID && app.Status.ReconciledAt == nil:
		return false, nil // made anew, and the agent has not taken it over yet
	default:
		return r.isBack(ctx, app, tomb.Spec.Cluster)
	}
}

// isBack is true when app is wanted at the cluster (again): it was made anew,
// or its destination changed there and back. The recorded cluster alone does
// not tell: it still names the old one while a release is issued.
func (r *Tombstones) isBack(ctx context.Context, app *v1alpha1.Application, cluster string) (bool, error) {
	if !app.DeletionTimestamp.IsZero() || deliveredTo(app) != cluster {
		return false, nil
	}
	destinations, err := r.Inventory.Destinations(ctx)
	if err != nil {
		return false, err
	}
	wanted, err := destinations.Resolve(app.Spec.Destination)
	return err == nil && wanted.Name == cluster, nil
}
