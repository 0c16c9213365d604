package application

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
)

// newOnesLast queues what a set has just made, which comes by the thousand,
// behind what somebody waits for.
func newOnesLast() handler.EventHandler {
	object := &handler.EnqueueRequestForObject{}
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			// What is there at the start has low priority; so have these.
			e.IsInInitialList = e.IsInInitialList || v1alpha1.OwningSet(e.Object.(*v1alpha1.Application)) != ""
			object.Create(ctx, e, q)
		},
		UpdateFunc: object.Update, DeleteFunc: object.Delete, GenericFunc: object.Generic,
	}
}

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

// tombstoneCares is true for updates that may bring an Application back to a
// cluster or take it away: what Tombstones read, and the conditions, which say
// that its destination means another cluster now.
func tombstoneCares(e event.UpdateEvent) bool {
	was, is := e.ObjectOld.(*v1alpha1.Application), e.ObjectNew.(*v1alpha1.Application)
	return was.UID != is.UID ||
		was.DeletionTimestamp.IsZero() != is.DeletionTimestamp.IsZero() ||
		was.Spec.Destination != is.Spec.Destination ||
		deliveredTo(was) != deliveredTo(is) ||
		(was.Status.ReconciledAt == nil) != (is.Status.ReconciledAt == nil) ||
		!equality.Semantic.DeepEqual(was.Status.Conditions, is.Status.Conditions)
}

// ofCluster lists the Applications that a change of a cluster may concern:
// those delivered to it and those whose destination may mean it.
func (r *Reconciler) ofCluster(ctx context.Context, o client.Object) []reconcile.Request {
	c := o.(*fleet.Cluster)
	r.Inventory.Changed(c)
	return r.concerned(ctx, c.Name, fleet.ServerOf(c.Name, c.Spec))
}

// ofSecret is ofCluster for clusters that Secrets declare.
func (r *Reconciler) ofSecret(ctx context.Context, o client.Object) []reconcile.Request {
	r.Inventory.Changed(o)
	c, err := clusters.FromSecret(o.(*corev1.Secret))
	if err != nil {
		return nil // it declares no cluster
	}
	return r.concerned(ctx, c.Name, c.Server)
}

func (r *Reconciler) concerned(ctx context.Context, name, server string) []reconcile.Request {
	all := func(*v1alpha1.Application) bool { return true }
	return append(
		pick(ctx, r.Client, all, client.MatchingFields{clusterIndex: nameKey(name)}),
		pick(ctx, r.Client, all, client.MatchingFields{clusterIndex: serverKey(server)})...)
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
	all := func(*fleet.Tombstone) bool { return true }
	return r.pick(ctx, all, client.MatchingFields{applicationIndex: client.ObjectKeyFromObject(o).String()})
}

func (r *Tombstones) ofCluster(ctx context.Context, o client.Object) []reconcile.Request {
	return r.pick(ctx, func(t *fleet.Tombstone) bool { return t.Spec.Cluster == o.GetName() })
}

func (r *Tombstones) pick(ctx context.Context, keep func(*fleet.Tombstone) bool, opts ...client.ListOption) []reconcile.Request {
	var list fleet.TombstoneList // of the cache's own objects: read only
	if err := r.Client.List(ctx, &list, append(opts, client.InNamespace(r.Namespace), client.UnsafeDisableDeepCopy)...); err != nil {
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

func pick(ctx context.Context, c client.Reader, keep func(*v1alpha1.Application) bool, opts ...client.ListOption) []reconcile.Request {
	var list v1alpha1.ApplicationList // of the cache's own objects: read only
	if err := c.List(ctx, &list, append(opts, client.UnsafeDisableDeepCopy)...); err != nil {
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
