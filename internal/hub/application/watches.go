package application

import (
	"context"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// leaderCares is false for updates that only agents' reports make, which are
// nearly all of them.
func leaderCares(e event.UpdateEvent) bool {
	was, is := e.ObjectOld.(*v1alpha1.Application), e.ObjectNew.(*v1alpha1.Application)
	return was.Generation != is.Generation ||
		was.DeletionTimestamp.IsZero() != is.DeletionTimestamp.IsZero() ||
		!equality.Semantic.DeepEqual(was.Annotations, is.Annotations) ||
		!equality.Semantic.DeepEqual(was.Finalizers, is.Finalizers) ||
		!equality.Semantic.DeepEqual(was.Status.Delivery, is.Status.Delivery) ||
		!equality.Semantic.DeepEqual(was.Status.Conditions, is.Status.Conditions)
}

// clusterMoved is true when a destination may resolve otherwise or an agent
// came or went.
func clusterMoved(e event.UpdateEvent) bool {
	was, is := e.ObjectOld.(*fleet.Cluster), e.ObjectNew.(*fleet.Cluster)
	return was.Generation != is.Generation ||
		was.Status.Identity != is.Status.Identity ||
		was.Status.Holder != is.Status.Holder
}

// ofCluster lists the Applications that a change of a cluster may concern:
// those delivered to it and those delivered nowhere.
func (r *Reconciler) ofCluster(ctx context.Context, o client.Object) []reconcile.Request {
	r.Inventory.Invalidate()
	return pick(ctx, r.Client, func(app *v1alpha1.Application) bool {
		at := deliveredTo(app)
		return at == o.GetName() || at == "" || app.Spec.Destination.Name == o.GetName()
	})
}

func (r *Reconciler) ofProject(ctx context.Context, o client.Object) []reconcile.Request {
	return pick(ctx, r.Client, func(app *v1alpha1.Application) bool {
		return app.Spec.GetProject() == o.GetName()
	})
}

func ofTombstone(_ context.Context, o client.Object) []reconcile.Request {
	key := o.(*fleet.Tombstone).Spec.Application
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: key.Namespace, Name: key.Name}}}
}

// ofApplication lists the tombstones of an Application's key.
func (r *Tombstones) ofApplication(ctx context.Context, o client.Object) []reconcile.Request {
	return r.pick(ctx, func(t *fleet.Tombstone) bool {
		return t.Spec.Application.Namespace == o.GetNamespace() && t.Spec.Application.Name == o.GetName()
	})
}

func (r *Tombstones) ofCluster(ctx context.Context, o client.Object) []reconcile.Request {
	return r.pick(ctx, func(t *fleet.Tombstone) bool { return t.Spec.Cluster == o.GetName() })
}

func (r *Tombstones) pick(ctx context.Context, keep func(*fleet.Tombstone) bool) []reconcile.Request {
	var list fleet.TombstoneList
	if err := r.Client.List(ctx, &list, client.InNamespace(r.Namespace)); err != nil {
		return nil // only when the cache is stopping
	}
	var out []reconcile.Request
	for i := range list.Items {
		if keep(&list.Items[i]) {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
		}
	}
	return out
}

func pick(ctx context.Context, c client.Reader, keep func(*v1alpha1.Application) bool) []reconcile.Request {
	var list v1alpha1.ApplicationList
	if err := c.List(ctx, &list); err != nil {
		return nil // only when the cache is stopping
	}
	var out []reconcile.Request
	for i := range list.Items {
		if keep(&list.Items[i]) {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
		}
	}
	return out
}
