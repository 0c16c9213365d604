package application

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// workers reconcile in parallel; a refresh may wait for a Git server.
const workers = 8

// Setup adds both loops to the manager. asked carries Applications whose
// revision began or ceased to be answerable.
func Setup(mgr ctrl.Manager, r *Reconciler, asked <-chan event.TypedGenericEvent[types.NamespacedName]) error {
	if err := addIndexes(context.Background(), mgr.GetFieldIndexer()); err != nil {
		return err
	}
	named := handler.TypedFuncs[types.NamespacedName, reconcile.Request]{
		GenericFunc: func(_ context.Context, e event.TypedGenericEvent[types.NamespacedName], q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			q.Add(reconcile.Request{NamespacedName: e.Object})
		},
	}
	err := ctrl.NewControllerManagedBy(mgr).
		Named("application").
		Watches(&v1alpha1.Application{}, newOnesLast(), builder.WithPredicates(predicate.Funcs{UpdateFunc: leaderCares})).
		Watches(&fleet.Cluster{}, handler.EnqueueRequestsFromMapFunc(r.ofCluster), builder.WithPredicates(predicate.Funcs{UpdateFunc: clusterMoved})).
		Watches(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(r.ofSecret)).
		Watches(&fleet.Tombstone{}, handler.EnqueueRequestsFromMapFunc(ofTombstone)).
		Watches(&v1alpha1.AppProject{}, handler.EnqueueRequestsFromMapFunc(r.ofProject), builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&fleet.Pin{}, handler.EnqueueRequestsFromMapFunc(r.ofPin)).
		WatchesRawSource(source.TypedChannel(asked, named)).
		WatchesRawSource(source.TypedChannel(r.Gate.judged, named)).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers}).
		Complete(r)
	if err != nil {
		return err
	}
	if err := mgr.Add(r.Gate); err != nil {
		return err
	}
	tombs := &Tombstones{Client: r.Client, Inventory: r.Inventory, Namespace: r.Namespace}
	return ctrl.NewControllerManagedBy(mgr).
		Named("tombstone").
		For(&fleet.Tombstone{}).
		Watches(&v1alpha1.Application{}, handler.EnqueueRequestsFromMapFunc(tombs.ofApplication), builder.WithPredicates(predicate.Funcs{UpdateFunc: tombstoneCares})).
		Watches(&fleet.Cluster{}, handler.EnqueueRequestsFromMapFunc(tombs.ofCluster), builder.WithPredicates(predicate.Funcs{
			CreateFunc: func(event.CreateEvent) bool { return false },
			UpdateFunc: func(event.UpdateEvent) bool { return false },
		})).
		Complete(tombs)
}
