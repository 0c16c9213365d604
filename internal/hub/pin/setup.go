package pin

import (
	"context"
	"fmt"
	"time"

	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/source"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// buffered is how many resolved revisions may wait for the loop.
const buffered = 1024

type queue = workqueue.TypedRateLimitingInterface[owner]

// Setup adds the Resolver and the loop over Pins to the manager.
func Setup(ctx context.Context, mgr ctrl.Manager, c *Controller) error {
	if err := mgr.GetFieldIndexer().IndexField(ctx, &v1alpha1.Application{}, ownerIndex, indexOwners); err != nil {
		return fmt.Errorf("index applications by pin: %w", err)
	}
	resolved := make(chan event.TypedGenericEvent[owner], buffered)
	c.Resolver.Listen(func(change Change) {
		if !change.Moved() {
			return
		}
		for _, key := range change.Owners {
			if o, ok := ownerOfKey(key); ok {
				resolved <- event.TypedGenericEvent[owner]{Object: o}
			}
		}
	})
	if err := mgr.Add(c.Resolver); err != nil {
		return err
	}

	loop, err := controller.NewTyped("pin", mgr, controller.TypedOptions[owner]{Reconciler: c})
	if err != nil {
		return err
	}
	cache := mgr.GetCache()
	sources := []source.TypedSource[owner]{
		source.TypedKind(cache, &v1alpha1.Application{}, applicationEvents(c.Resolver), predicate.TypedGenerationChangedPredicate[*v1alpha1.Application]{}),
		source.TypedKind(cache, &fleet.Pin{}, pinEvents(), predicate.TypedFuncs[*fleet.Pin]{
			CreateFunc: func(event.TypedCreateEvent[*fleet.Pin]) bool { return true }, // ends a leftover of a hub that was away
		}),
		source.TypedChannel(resolved, handler.TypedFuncs[owner, owner]{
			GenericFunc: func(_ context.Context, e event.TypedGenericEvent[owner], q queue) { q.Add(e.Object) },
		}),
	}
	for _, s := range sources {
		if err := loop.Watch(s); err != nil {
			return err
		}
	}
	return nil
}

// unhurried is when a Pin is looked at for an Application that asks for nothing
// new: once for all of the ten thousand of a new set that come meanwhile.
const unhurried = time.Second

// applicationEvents asks for every Pin that an Application follows or
// followed.
func applicationEvents(resolver *Resolver) handler.TypedFuncs[*v1alpha1.Application, owner] {
	add := func(q queue, app *v1alpha1.Application) {
		for _, o := range followedBy(app) {
			q.Add(o)
		}
	}
	return handler.TypedFuncs[*v1alpha1.Application, owner]{
		CreateFunc: func(_ context.Context, e event.TypedCreateEvent[*v1alpha1.Application], q queue) {
			for _, o := range followedBy(e.Object) {
				if resolver.wants(o.key(), o.refs(e.Object)) {
					q.AddAfter(o, unhurried)
				} else {
					q.Add(o)
				}
			}
		},
		UpdateFunc: func(_ context.Context, e event.TypedUpdateEvent[*v1alpha1.Application], q queue) {
			add(q, e.ObjectOld)
			add(q, e.ObjectNew)
		},
		DeleteFunc: func(_ context.Context, e event.TypedDeleteEvent[*v1alpha1.Application], q queue) { add(q, e.Object) },
	}
}

// followedBy are the Pins of an Application as if it were not being deleted: a
// deleted one may have been the last.
func followedBy(app *v1alpha1.Application) []owner {
	if app.DeletionTimestamp != nil {
		app = app.DeepCopy()
		app.DeletionTimestamp = nil
	}
	return ownersOf(app)
}

// pinEvents asks for a Pin that somebody changed or removed by hand.
func pinEvents() handler.TypedFuncs[*fleet.Pin, owner] {
	add := func(q queue, p *fleet.Pin) {
		if p.Spec.Set != "" {
			q.Add(owner{Namespace: p.Namespace, Set: p.Spec.Set})
			return
		}
		for _, cohort := range p.Spec.Cohorts {
			for _, rev := range cohort.Revisions {
				q.Add(owner{Namespace: p.Namespace, Ref: refOf(rev, fleet.IsFilePin(p.Name))})
			}
		}
	}
	return handler.TypedFuncs[*fleet.Pin, owner]{
		CreateFunc: func(_ context.Context, e event.TypedCreateEvent[*fleet.Pin], q queue) { add(q, e.Object) },
		UpdateFunc: func(_ context.Context, e event.TypedUpdateEvent[*fleet.Pin], q queue) { add(q, e.ObjectNew) },
		DeleteFunc: func(_ context.Context, e event.TypedDeleteEvent[*fleet.Pin], q queue) { add(q, e.Object) },
	}
}
