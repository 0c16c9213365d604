package applicationset

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

const (
	// setIndex indexes Applications by the set that controls them.
	setIndex = "fairlead.dev/owning-set"
	// gather is how long status changes of Applications are gathered before
	// the set's status.resources is written.
	gather = time.Second
	// workers expand in parallel.
	workers = 4
)

// Moved is told which owners' revisions have moved, or changed their error.
type Moved func(owners []string)

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// Setup adds both loops to the manager. listen is called once with the
// function to call when followed revisions move.
func Setup(mgr ctrl.Manager, r *Reconciler, listen func(Moved)) error {
	err := mgr.GetFieldIndexer().IndexField(context.Background(), &v1alpha1.Application{}, setIndex, func(o client.Object) []string {
		if set := v1alpha1.OwningSet(o.(*v1alpha1.Application)); set != "" {
			return []string{set}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("index applications by set: %w", err)
	}
	moved := make(chan event.TypedGenericEvent[types.NamespacedName], 1024)
	listen(func(owners []string) {
		for _, owner := range owners {
			if set, ok := setOfOwner(owner); ok {
				moved <- event.TypedGenericEvent[types.NamespacedName]{Object: set}
			}
		}
	})
	wake := handler.TypedFuncs[types.NamespacedName, reconcile.Request]{
		GenericFunc: func(_ context.Context, e event.TypedGenericEvent[types.NamespacedName], q queue) {
			q.Add(reconcile.Request{NamespacedName: e.Object})
		},
	}
	everySet := handler.EnqueueRequestsFromMapFunc(r.everySet)
	err = ctrl.NewControllerManagedBy(mgr).
		Named("applicationset").
		For(setObject(), builder.WithPredicates(predicate.Funcs{UpdateFunc: setChanged})).
		Owns(&v1alpha1.Application{}, builder.WithPredicates(predicate.Funcs{UpdateFunc: rowChanged})).
		Watches(&fleet.Cluster{}, everySet, builder.WithPredicates(predicate.Funcs{UpdateFunc: clusterChanged})).
		Watches(&fleet.Cluster{}, r.factsHandler()).
		Watches(&corev1.Secret{}, everySet).
		WatchesRawSource(source.TypedChannel(moved, wake)).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers}).
		Complete(r)
	if err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named("applicationset-resources").
		For(setObject(), builder.WithPredicates(predicate.Funcs{UpdateFunc: func(event.UpdateEvent) bool { return false }})).
		Watches(&v1alpha1.Application{}, gathered{}).
		Complete(&Resources{Client: r.Client})
}

func setOfOwner(owner string) (types.NamespacedName, bool) {
	rest, ok := strings.CutPrefix(owner, ownerPrefix)
	namespace, name, found := strings.Cut(rest, "\x00")
	return types.NamespacedName{Namespace: namespace, Name: name}, ok && found
}

// everySet wakes all sets: any of them may select the cluster now.
func (r *Reconciler) everySet(ctx context.Context, _ client.Object) []reconcile.Request {
	r.Inventory.Invalidate()
	sets := setObjects() // of the cache's own objects: read only
	if err := r.Client.List(ctx, sets, client.UnsafeDisableDeepCopy); err != nil {
		return nil // only when the cache is stopping
	}
	out := make([]reconcile.Request, 0, len(sets.Items))
	for i := range sets.Items {
		out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&sets.Items[i])})
	}
	return out
}
