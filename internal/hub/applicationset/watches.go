package applicationset

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

// clusterChanged is true when expansion may see a difference: labels,
// annotations, spec, or reported facts. Comings and goings of agents are none.
func clusterChanged(e event.UpdateEvent) bool {
	was, is := e.ObjectOld.(*fleet.Cluster), e.ObjectNew.(*fleet.Cluster)
	return was.Generation != is.Generation ||
		!equality.Semantic.DeepEqual(was.Labels, is.Labels) ||
		!equality.Semantic.DeepEqual(was.Annotations, is.Annotations) ||
		was.Status.KubernetesVersion != is.Status.KubernetesVersion ||
		was.Status.Nodes != is.Status.Nodes || was.Status.GPUs != is.Status.GPUs
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
