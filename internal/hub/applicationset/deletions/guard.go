package deletions

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	again "k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
	"github.com/fairlead/fairlead/internal/hub/applicationset/live"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
)

// EventRecorder tells people of what happened to an object.
type EventRecorder interface {
	Eventf(regarding, related runtime.Object, eventtype, reason, action, note string, args ...any)
}

// Guard stands between a plan and its deletions. What it must remember is in
// the set's status, written before anything is deleted.
type Guard struct {
	Client client.Client
	// Live reads past the cache: what was let go a moment ago must be known.
	Live    client.Reader
	Events  EventRecorder
	Metrics *Metrics
	// Limits of the fleet; sets may have their own.
	Limits guard.Limits
	Now    func() time.Time
}

// Ruling says why each deletion that a plan has left may be made, by UID.
type Ruling map[types.UID]v1alpha1.DeletionCause

// NeedsAll is true while something of the set is held: a plan for some of its
// rows only cannot be judged then.
func (g *Guard) NeedsAll(set *v1alpha1.ApplicationSet) bool { return set.Status.DeletionsHeld != nil }

// Look is what a plan rests on.
type Look struct {
	// Gives says whether any row has a name; nil if the plan is for all rows.
	Gives func(name string) bool
	// Pulls is what hosts answered about pull requests for this look; nil if no
	// Application of the set derives from any.
	Pulls func() guard.Pulls
}

// partial is true if the plan is for some of the set's rows only.
func (l Look) partial() bool { return l.Gives != nil }

// Judge takes out of todo.Delete what must not go, and says it in the set's
// status: condition DeletionsHeld, deletionsHeld and the window of losses. It
// writes only when something is deleted, held or no longer held. After an
// error nothing of the plan may be deleted; a conflict is worth another try.
func (g *Guard) Judge(ctx context.Context, set *v1alpha1.ApplicationSet, todo *plan.Plan, look Look) (Ruling, error) {
	if !g.concerned(set, todo) {
		g.Metrics.set(client.ObjectKeyFromObject(set), 0)
		return nil, nil
	}
	wanted := todo.Delete
	todo.Delete = nil
	owned, err := g.owned(ctx, set)
	if err != nil {
		return nil, err
	}
	var ruling Ruling
	err = again.RetryOnConflict(again.DefaultRetry, func() error {
		fresh := &v1alpha1.ApplicationSet{}
		if err := g.Live.Get(ctx, client.ObjectKeyFromObject(set), fresh); err != nil {
			return fmt.Errorf("read applicationset %s/%s: %w", set.Namespace, set.Name, err)
		}
		if fresh.UID != set.UID || !fresh.DeletionTimestamp.IsZero() {
			return fmt.Errorf("applicationset %s/%s is being deleted: none of its applications is judged", set.Namespace, set.Name)
		}
		if fresh.Generation != set.Generation {
			return errOldSpec
		}
		if look.partial() && g.NeedsAll(fresh) {
			return fmt.Errorf("applicationset %s/%s: deletions are held; all of its rows must be judged together", set.Namespace, set.Name)
		}
		round := g.round(fresh, *todo, wanted, owned, look)
		if err := g.record(ctx, fresh, round); err != nil {
			return err
		}
		set.Status, set.Annotations, set.ResourceVersion = fresh.Status, fresh.Annotations, fresh.ResourceVersion
		todo.Delete, ruling = round.deletions(), round.ruling()
		return nil
	})
	if errors.Is(err, errOldSpec) {
		return nil, apierrors.NewConflict(v1alpha1.SchemeGroupVersion.WithResource("applicationsets").GroupResource(), set.Name, err)
	}
	return ruling, err
}

// errOldSpec ends a judgement that another try cannot mend: somebody has
// changed the set since it was expanded, and the plan is not what it wants now.
var errOldSpec = errors.New("the set was changed while it was expanded: it is expanded again")

// concerned is false for the many rounds that delete nothing and have nothing
// to look after.
func (g *Guard) concerned(set *v1alpha1.ApplicationSet, todo *plan.Plan) bool {
	w := set.Status.DeletionWindow
	return len(todo.Delete) > 0 || set.Status.DeletionsHeld != nil || w != nil && len(w.Going) > 0 ||
		set.Annotations[v1alpha1.AnnotationApproveDeletions] != "" || set.Annotations[v1alpha1.AnnotationKeepWorkloads] != ""
}

// Forget a set that is gone.
func (g *Guard) Forget(set types.NamespacedName) { g.Metrics.set(set, 0) }

// owned lists the set's Applications that are not on their way out. Those of
// an earlier set of the same name are not its own.
func (g *Guard) owned(ctx context.Context, set *v1alpha1.ApplicationSet) ([]*v1alpha1.Application, error) {
	list, err := live.OfSet(ctx, g.Client, set)
	if err != nil {
		return nil, err
	}
	out := make([]*v1alpha1.Application, 0, len(list))
	for i := range list {
		if app := &list[i]; app.DeletionTimestamp.IsZero() && metav1.IsControlledBy(app, set) {
			out = append(out, app)
		}
	}
	return out, nil
}

// Delete deletes one Application of a judged plan of set, with its cause
// recorded on it, so that the gate where tombstones are issued knows who
// decided. Where the set preserves resources, nothing of the Application's goes
// with it, whether or not an update has said so before. It is a conflict if the
// Application is no longer what was judged.
func (g *Guard) Delete(ctx context.Context, set *v1alpha1.ApplicationSet, app *v1alpha1.Application, r Ruling) error {
	key, value := v1alpha1.AnnotationDeletionCause, guard.FormatCause(app, r[app.UID])
	if r[app.UID] == v1alpha1.DeletionKept {
		key, value = v1alpha1.AnnotationKeepWorkloads, guard.DigestOf(app)
	}
	if finalizers := plan.Finalizers(set, app); app.Annotations[key] != value || len(finalizers) != len(app.Finalizers) {
		app = app.DeepCopy()
		if err := g.Client.Patch(ctx, app, mark(app, key, value, finalizers)); err != nil {
			if client.IgnoreNotFound(err) == nil {
				return nil
			}
			return fmt.Errorf("record why application %s/%s is deleted: %w", app.Namespace, app.Name, err)
		}
	}
	err := g.Client.Delete(ctx, app, client.Preconditions{UID: &app.UID, ResourceVersion: &app.ResourceVersion})
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("delete application %s/%s: %w", app.Namespace, app.Name, err)
	}
	return nil
}

// event tells of a hold that is new or ended.
func (g *Guard) event(set *v1alpha1.ApplicationSet, kind, reason, note string) {
	about := &corev1.ObjectReference{
		APIVersion: v1alpha1.SchemeGroupVersion.String(), Kind: v1alpha1.ApplicationSetKind,
		Namespace: set.Namespace, Name: set.Name, UID: set.UID, ResourceVersion: set.ResourceVersion,
	}
	g.Events.Eventf(about, nil, kind, reason, "Delete", "%s", note)
}
