package applicationset

import (
	"context"
	"maps"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/hub/applicationset/live"
	"github.com/fairlead/fairlead/internal/hub/applicationset/wake"
)

// setChanged is false for updates of the status, which the loops make.
func setChanged(e event.UpdateEvent) bool {
	return e.ObjectOld.GetGeneration() != e.ObjectNew.GetGeneration() ||
		e.ObjectOld.GetDeletionTimestamp().IsZero() != e.ObjectNew.GetDeletionTimestamp().IsZero() ||
		!equality.Semantic.DeepEqual(wishes(e.ObjectOld, e.ObjectNew), e.ObjectNew.GetAnnotations())
}

// wishes are a set's annotations before, without those that the loop itself
// takes off when it has done what they ask.
func wishes(was, is client.Object) map[string]string {
	out := maps.Clone(was.GetAnnotations())
	for _, a := range append([]string{v1alpha1.AnnotationApproveDeletions, v1alpha1.AnnotationKeepWorkloads}, refreshAnnotations...) {
		if _, stands := is.GetAnnotations()[a]; !stands {
			delete(out, a)
		}
	}
	return out
}

// setHandler looks at the whole of a set that somebody wrote.
func (r *Reconciler) setHandler() handler.EventHandler {
	look := func(o client.Object, q queue) {
		key := client.ObjectKeyFromObject(o)
		r.tracker.Note(key, wake.Whole)
		q.Add(reconcile.Request{NamespacedName: key})
	}
	return handler.Funcs{
		CreateFunc: func(_ context.Context, e event.CreateEvent, q queue) { look(e.Object, q) },
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, q queue) { look(e.ObjectNew, q) },
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, q queue) { look(e.Object, q) },
	}
}

// rowHandler looks at single rows of a set when somebody else has written or
// removed what they decide.
func (r *Reconciler) rowHandler() handler.EventHandler {
	look := func(o client.Object, q queue) {
		set := v1alpha1.OwningSet(o.(*v1alpha1.Application))
		if set == "" {
			return
		}
		key := types.NamespacedName{Namespace: o.GetNamespace(), Name: set}
		r.tracker.Touch(key, o.GetName())
		q.Add(reconcile.Request{NamespacedName: key})
	}
	return handler.Funcs{
		CreateFunc: func(_ context.Context, e event.CreateEvent, q queue) {
			if !r.live.Heard(e.Object) {
				look(e.Object, q)
			}
		},
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, q queue) {
			if own := r.live.Heard(e.ObjectNew); own || r.live.Ends(e) || !live.Changed(e) {
				return
			}
			look(e.ObjectNew, q)
			look(e.ObjectOld, q) // it may have left the set
		},
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, q queue) {
			r.live.Gone(e.Object)
			look(e.Object, q)
		},
	}
}

// factsGather is how long facts that agents report are gathered before sets
// are expanded with them: in a large fleet some node comes or goes at any time.
const factsGather = 10 * time.Second

// clusterHandler looks at the sets that saw a cluster or see it now, through a
// selector of theirs. Comings and goings of agents are no difference.
func (r *Reconciler) clusterHandler() handler.EventHandler {
	look := func(was, is client.Object, after time.Duration, q queue) {
		for _, o := range []client.Object{was, is} {
			if o != nil {
				r.Inventory.Changed(o)
			}
		}
		for _, set := range r.tracker.Moved(clusterOf(was), clusterOf(is)) {
			q.AddAfter(reconcile.Request{NamespacedName: set}, after)
		}
	}
	return handler.Funcs{
		CreateFunc: func(_ context.Context, e event.CreateEvent, q queue) { look(nil, e.Object, 0, q) },
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, q queue) { look(e.Object, nil, 0, q) },
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, q queue) {
			switch {
			case clusterChanged(e):
				look(e.ObjectOld, e.ObjectNew, 0, q)
			case factsChanged(e):
				look(e.ObjectOld, e.ObjectNew, factsGather, q)
			}
		},
	}
}

// clusterOf is what an object declares; nil for nothing.
func clusterOf(o client.Object) *clusters.Cluster {
	switch object := o.(type) {
	case *fleet.Cluster:
		c := clusters.FromCluster(object)
		return &c
	case *corev1.Secret:
		if c, err := clusters.FromSecret(object); err == nil {
			return &c
		}
	}
	return nil
}

// clusterChanged is true when somebody changed what expansion sees: labels,
// annotations, spec, or the data of a Secret. Facts are apart.
func clusterChanged(e event.UpdateEvent) bool {
	if was, ok := e.ObjectOld.(*corev1.Secret); ok && !equality.Semantic.DeepEqual(was.Data, e.ObjectNew.(*corev1.Secret).Data) {
		return true
	}
	was, is := e.ObjectOld, e.ObjectNew
	return was.GetGeneration() != is.GetGeneration() ||
		!equality.Semantic.DeepEqual(was.GetLabels(), is.GetLabels()) ||
		!equality.Semantic.DeepEqual(was.GetAnnotations(), is.GetAnnotations())
}

func factsChanged(e event.UpdateEvent) bool {
	wasCluster, ok := e.ObjectOld.(*fleet.Cluster)
	if !ok {
		return false
	}
	was, is := wasCluster.Status, e.ObjectNew.(*fleet.Cluster).Status
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
