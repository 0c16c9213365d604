package applicationset

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// setChanged is false for updates of the status, which the loops make.
func setChanged(e event.UpdateEvent) bool {
	return e.ObjectOld.GetGeneration() != e.ObjectNew.GetGeneration() ||
		e.ObjectOld.GetDeletionTimestamp().IsZero() != e.ObjectNew.GetDeletionTimestamp().IsZero() ||
		!equality.Semantic.DeepEqual(e.ObjectOld.GetAnnotations(), e.ObjectNew.GetAnnotations())
}

// rowChanged is true when somebody touched what a row decides.
func rowChanged(e event.UpdateEvent) bool {
	was, is := e.ObjectOld, e.ObjectNew
	return was.GetGeneration() != is.GetGeneration() ||
		!equality.Semantic.DeepEqual(was.GetLabels(), is.GetLabels()) ||
		!equality.Semantic.DeepEqual(was.GetAnnotations(), is.GetAnnotations()) ||
		!equality.Semantic.DeepEqual(was.GetFinalizers(), is.GetFinalizers()) ||
		!equality.Semantic.DeepEqual(was.GetOwnerReferences(), is.GetOwnerReferences())
}

// clusterChanged is true when somebody changed what expansion sees: labels,
// annotations or spec. Comings and goings of agents are no difference, and
// facts have their own handler.
func clusterChanged(e event.UpdateEvent) bool {
	was, is := e.ObjectOld.(*fleet.Cluster), e.ObjectNew.(*fleet.Cluster)
	return was.Generation != is.Generation ||
		!equality.Semantic.DeepEqual(was.Labels, is.Labels) ||
		!equality.Semantic.DeepEqual(was.Annotations, is.Annotations)
}

// factsGather is how long facts that agents report are gathered before sets
// are expanded with them: in a large fleet some node comes or goes at any time.
const factsGather = 10 * time.Second

// factsHandler wakes all sets a while after a cluster's facts changed, once for
// all that change in that while.
func (r *Reconciler) factsHandler() handler.EventHandler {
	return handler.Funcs{UpdateFunc: func(ctx context.Context, e event.UpdateEvent, q queue) {
		if !factsChanged(e) {
			return
		}
		for _, set := range r.everySet(ctx, e.ObjectNew) {
			q.AddAfter(set, factsGather)
		}
	}}
}

func factsChanged(e event.UpdateEvent) bool {
	was, is := e.ObjectOld.(*fleet.Cluster).Status, e.ObjectNew.(*fleet.Cluster).Status
	return was.KubernetesVersion != is.KubernetesVersion || was.Nodes != is.Nodes || was.GPUs != is.GPUs
}

// gathered wakes the owning set a moment after an Application's state changed,
// once for all that change in that moment.
type gathered struct{}

func (gathered) Create(_ context.Context, e event.CreateEvent, q queue) { add(q, e.Object) }
func (gathered) Delete(_ context.Context, e event.DeleteEvent, q queue) { add(q, e.Object) }
func (gathered) Generic(context.Context, event.GenericEvent, queue)     {}
func (gathered) Update(_ context.Context, e event.UpdateEvent, q queue) {
	was, is := e.ObjectOld.(*v1alpha1.Application), e.ObjectNew.(*v1alpha1.Application)
	if was.Status.Sync.Status != is.Status.Sync.Status || was.Status.Health.Status != is.Status.Health.Status {
		add(q, is)
	}
}

func add(q queue, o client.Object) {
	if set := v1alpha1.OwningSet(o.(*v1alpha1.Application)); set != "" {
		q.AddAfter(reconcile.Request{NamespacedName: types.NamespacedName{Namespace: o.GetNamespace(), Name: set}}, gather)
	}
}
