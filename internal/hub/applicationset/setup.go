package applicationset

import (
	"context"
	"strings"
	"time"

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
	"github.com/fairlead/fairlead/internal/hub/applicationset/live"
	"github.com/fairlead/fairlead/internal/hub/applicationset/wake"
)

const (
	// gather is how long status changes of Applications are gathered before
	// the set's status.resources is written.
	gather = time.Second
	// workers look at sets in parallel. They mostly wait, for the API server or
	// for a Git server that may be slow: package outlook
	// bounds who computes.
	workers = 64
)

// Moved is told which owners' revisions have moved, or changed their error.
type Moved func(owners []string)

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// Setup adds both loops to the manager, and completes the Reconciler. listen is
// called once with the function to call when followed revisions move.
func Setup(mgr ctrl.Manager, r *Reconciler, listen func(Moved)) error {
	if err := r.complete(); err != nil {
		return err
	}
	if err := live.Index(context.Background(), mgr.GetFieldIndexer()); err != nil {
		return err
	}
	listen(r.moved)
	wakes := handler.TypedFuncs[types.NamespacedName, reconcile.Request]{
		GenericFunc: func(_ context.Context, e event.TypedGenericEvent[types.NamespacedName], q queue) {
			q.Add(reconcile.Request{NamespacedName: e.Object})
		},
	}
	err := ctrl.NewControllerManagedBy(mgr).
		Named("applicationset").
		Watches(setObject(), r.setHandler(), builder.WithPredicates(predicate.Funcs{UpdateFunc: setChanged})).
		Watches(&v1alpha1.Application{}, r.rowHandler()).
		Watches(&fleet.Cluster{}, r.clusterHandler()).
		Watches(&corev1.Secret{}, r.clusterHandler()).
		WatchesRawSource(source.TypedChannel(r.woken, wakes)).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers}).
		Complete(r)
	if err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named("applicationset-resources").
		For(setObject(), builder.WithPredicates(predicate.Funcs{UpdateFunc: func(event.UpdateEvent) bool { return false }})).
		Watches(&v1alpha1.Application{}, gathered{}).
		Complete(&Resources{Client: r.Client, Now: r.Now})
}

// moved takes owners whose repositories have another commit, or another error.
func (r *Reconciler) moved(owners []string) {
	for _, owner := range owners {
		if set, ok := setOfOwner(owner); ok {
			r.tracker.Note(set, wake.Whole)
			r.enqueue(context.Background(), set)
		}
	}
}

// Wake expands sets as soon as may be, from nothing. Answers that are kept
// count: who knows better forgets them first. It returns early if ctx ends.
// Only the leader's loop listens; on other replicas it waits for ctx.
func (r *Reconciler) Wake(ctx context.Context, sets ...types.NamespacedName) {
	for _, set := range sets {
		r.tracker.Note(set, wake.Whole)
		r.enqueue(ctx, set)
	}
}

// FleetAway tells that the fleet's clusters cannot be read, or can be again:
// every set that sees clusters says so.
func (r *Reconciler) FleetAway(ctx context.Context) {
	for _, set := range r.tracker.Fleet() {
		r.enqueue(ctx, set)
	}
}

// Referred tells that a Secret or ConfigMap has come, changed or gone: sets
// whose generators name it ask everything anew.
func (r *Reconciler) Referred(ctx context.Context, kind, namespace, name string) {
	for _, set := range r.tracker.Referring(kind, namespace, name) {
		r.enqueue(ctx, set)
	}
}

func (r *Reconciler) enqueue(ctx context.Context, set types.NamespacedName) {
	select {
	case r.woken <- event.TypedGenericEvent[types.NamespacedName]{Object: set}:
	case <-ctx.Done():
	}
}

func setOfOwner(owner string) (types.NamespacedName, bool) {
	rest, ok := strings.CutPrefix(owner, ownerPrefix)
	namespace, name, found := strings.Cut(rest, "\x00")
	return types.NamespacedName{Namespace: namespace, Name: name}, ok && found
}
