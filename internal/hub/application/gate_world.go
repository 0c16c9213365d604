package application

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// world is what a judgement at the gate rests on.
type world struct {
	now time.Time
	// apps are those that run somewhere and have not passed the gate.
	apps []*v1alpha1.Application
	// nowhere are those that are delivered nowhere yet. After a restore they may
	// run somewhere all the same.
	nowhere []*v1alpha1.Application
	// waiting are the apps whose deletion is to be judged now.
	waiting map[types.UID]bool
	// held are the apps whose deletion waits for a person.
	held map[types.UID]bool
	// exists has every Application there is.
	exists map[types.UID]bool
	// sets are the ApplicationSets, true for those that are being deleted.
	sets map[setID]bool
	// keeping are the sets whose policy forbids deleting: their Applications are
	// made nobody's when they end.
	keeping map[setID]bool
	// ending are namespaces that are being deleted.
	ending map[string]bool
}

func newWorld(now time.Time) world {
	return world{
		now: now, waiting: map[types.UID]bool{}, held: map[types.UID]bool{}, exists: map[types.UID]bool{},
		sets: map[setID]bool{}, keeping: map[setID]bool{}, ending: map[string]bool{},
	}
}

// setID is an ApplicationSet as the owner of Applications, which are in its own
// namespace: to the garbage collector an owner of another namespace is missing.
// The zero setID is none.
type setID struct {
	namespace string
	uid       types.UID
}

// look reads the world from the cache. ruled has the final rulings so far, true
// for those that passed.
func (g *Gate) look(ctx context.Context, ruled map[types.UID]bool) (world, error) {
	w := newWorld(g.opts.Now())
	var apps v1alpha1.ApplicationList // of the cache's own objects, here and below: read only
	var tombs fleet.TombstoneList
	var clusters fleet.ClusterList
	for _, list := range []client.ObjectList{&apps, &tombs, &clusters} {
		if err := g.opts.Client.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
			return w, fmt.Errorf("list what the gate needs: %w", err)
		}
	}
	if err := g.lookAtSets(ctx, &w); err != nil {
		return w, err
	}
	ordered, joined := orderedDeletions(tombs.Items), map[string]bool{}
	for i := range clusters.Items {
		joined[clusters.Items[i].Name] = true
	}
	for i := range apps.Items {
		app := &apps.Items[i]
		w.exists[app.UID] = true
		pass, known := ruled[app.UID]
		where := deliveredTo(app)
		switch {
		case ordered[fleet.TombstoneName(where, keyOf(app))], pass, where != "" && !joined[where]:
			continue
		case where == "":
			w.nowhere = append(w.nowhere, app)
		default:
			w.apps = append(w.apps, app)
		}
		held := known || isHeld(app) && !isUnjudged(app)
		w.held[app.UID] = held && guarded(app)
		w.waiting[app.UID] = !held && guarded(app) && released(app) == ""
	}
	return w, g.lookAtNamespaces(ctx, &w)
}

// orderedDeletions are the names of the tombstones that delete. One that
// releases says nothing of a deletion: it may be for a former cluster.
func orderedDeletions(tombs []fleet.Tombstone) map[string]bool {
	out := map[string]bool{}
	for i := range tombs {
		if spec := &tombs[i].Spec; spec.Action == fleet.TombstoneDelete {
			out[fleet.TombstoneName(spec.Cluster, spec.Application)] = true
		}
	}
	return out
}

func (g *Gate) lookAtSets(ctx context.Context, w *world) error {
	sets := &unstructured.UnstructuredList{} // one that does not decode hides no others
	sets.SetGroupVersionKind(v1alpha1.SchemeGroupVersion.WithKind(v1alpha1.ApplicationSetKind + "List"))
	if err := g.opts.Client.List(ctx, sets, client.UnsafeDisableDeepCopy); err != nil {
		return fmt.Errorf("list applicationsets: %w", err)
	}
	for i := range sets.Items {
		set := &sets.Items[i]
		id := setID{set.GetNamespace(), set.GetUID()}
		w.sets[id] = set.GetDeletionTimestamp() != nil
		policy, _, _ := unstructured.NestedString(set.Object, "spec", "syncPolicy", "applicationsSync") // "" if it is no text
		w.keeping[id] = policy != "" && !v1alpha1.ApplicationsSyncPolicy(policy).AllowDelete()
	}
	return nil
}

// lookAtNamespaces asks for those where something waits.
func (g *Gate) lookAtNamespaces(ctx context.Context, w *world) error {
	for _, app := range w.apps {
		if _, known := w.ending[app.Namespace]; known || !w.waiting[app.UID] {
			continue
		}
		ns := &metav1.PartialObjectMetadata{}
		ns.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Namespace"))
		err := g.opts.Live.Get(ctx, client.ObjectKey{Name: app.Namespace}, ns)
		if client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("read namespace %s: %w", app.Namespace, err)
		}
		w.ending[app.Namespace] = err != nil || !ns.DeletionTimestamp.IsZero() // or gone, and the cache lags behind
	}
	return nil
}

// guarded is true for an Application that is being deleted with its workloads,
// and that the hub has not let go.
func guarded(app *v1alpha1.Application) bool {
	return !app.DeletionTimestamp.IsZero() && app.CascadedDeletion()
}

// owner is the set that controls an Application.
func owner(app *v1alpha1.Application) setID {
	if v1alpha1.OwningSet(app) == "" {
		return setID{}
	}
	return setID{app.Namespace, metav1.GetControllerOfNoCopy(app).UID}
}
