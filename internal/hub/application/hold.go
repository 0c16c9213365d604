package application

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
)

// released says which word of a person lets a deleted Application go, by the
// annotation that carries it; "" for none. A word counts for one UID.
func released(app *v1alpha1.Application) string {
	digest := guard.DigestOf(app)
	for _, key := range []string{v1alpha1.AnnotationKeepWorkloads, v1alpha1.AnnotationApproveDeletions} {
		if app.Annotations[key] == digest {
			return key
		}
	}
	return ""
}

// holds are the leader's conditions DeletionHeld on app. What its agent says
// too is the agent's, unless it has the digest of this very Application, which
// the agent may have from the leader.
func holds(app *v1alpha1.Application) []v1alpha1.ApplicationCondition {
	var out []v1alpha1.ApplicationCondition
	for _, c := range app.Status.Conditions {
		said := app.Status.Delivery != nil && slices.ContainsFunc(app.Status.Delivery.Conditions, func(o v1alpha1.ApplicationCondition) bool {
			return o.Type == c.Type && o.Message == c.Message
		})
		if c.Type == v1alpha1.ApplicationConditionDeletionHeld && (!said || strings.Contains(c.Message, digestWords(app))) {
			out = append(out, c)
		}
	}
	return out
}

// isHeld is true for an Application whose deletion was held before: it stays
// held, over restarts too, until a person has spoken; but see isUnjudged.
func isHeld(app *v1alpha1.Application) bool { return len(holds(app)) > 0 }

// isUnjudged is true for a hold that the ledger's trouble alone made.
func isUnjudged(app *v1alpha1.Application) bool {
	all := holds(app)
	return len(all) > 0 && !slices.ContainsFunc(all, isFinal)
}

func isFinal(hold v1alpha1.ApplicationCondition) bool {
	return !strings.HasPrefix(hold.Message, trouble)
}

// kept lets an Application go whose workloads a person wants to keep: no order
// is issued, the agent keeps and heals them, and an Application of that name
// takes them over. It is too late when an order stands already.
func (r *Reconciler) kept(ctx context.Context, app *v1alpha1.Application, cluster string) (bool, error) {
	if released(app) != v1alpha1.AnnotationKeepWorkloads {
		return false, nil
	}
	key := types.NamespacedName{Namespace: r.Namespace, Name: fleet.TombstoneName(cluster, keyOf(app))}
	err := r.Client.Get(ctx, key, &fleet.Tombstone{})
	if !apierrors.IsNotFound(err) {
		return false, err
	}
	return true, r.letGo(ctx, app)
}

// finalizeUndelivered lets an Application go that is recorded nowhere. One that
// a set controls asks first: after a restore it may run where it ran before,
// and its set may be missing by mistake.
func (r *Reconciler) finalizeUndelivered(ctx context.Context, app *v1alpha1.Application) error {
	if guarded(app) && owner(app) != (setID{}) && released(app) == "" {
		if passes, err := r.passes(ctx, app); err != nil || !passes {
			return err
		}
	}
	return r.letGo(ctx, app)
}

// passes is true when app may have a tombstone that deletes. If not, it says
// why on the Application, or waits for the gate to judge.
func (r *Reconciler) passes(ctx context.Context, app *v1alpha1.Application) (bool, error) {
	if released(app) == v1alpha1.AnnotationApproveDeletions {
		return true, nil
	}
	if isHeld(app) && !isUnjudged(app) {
		return false, r.sayHeld(ctx, app, "")
	}
	verdict, known := r.Gate.ask(app)
	if !known || verdict.pass {
		return known, nil
	}
	return false, r.sayHeld(ctx, app, verdict.why)
}

// sayHeld writes condition DeletionHeld beside what the agent says, which goes
// on: the Application is still delivered and healed. An empty why keeps the
// words of before.
func (r *Reconciler) sayHeld(ctx context.Context, app *v1alpha1.Application, why string) error {
	before := app.DeepCopy()
	wanted := holds(before)
	if why != "" {
		wanted = []v1alpha1.ApplicationCondition{{Type: v1alpha1.ApplicationConditionDeletionHeld, Message: heldMessage(app, why)}}
	}
	app.Status.Conditions = withTimes(append(wanted, ofAgent(app)...), before.Status.Conditions, metav1.NewTime(r.Now()))
	if equality.Semantic.DeepEqual(before.Status, app.Status) {
		return nil
	}
	err := r.Client.Status().Patch(ctx, app, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("write status of application %s/%s: %w", app.Namespace, app.Name, err)
	}
	if !isHeld(before) {
		r.Gate.opts.Metrics.began.Inc()
	}
	if !isHeld(before) || isUnjudged(before) && !isUnjudged(app) {
		r.Events.Eventf(app, nil, corev1.EventTypeWarning, v1alpha1.ApplicationConditionDeletionHeld, "Delete", "%s", heldMessage(app, why))
	}
	return nil
}

func heldMessage(app *v1alpha1.Application, why string) string {
	which := fmt.Sprintf("--application %s -n %s", app.Name, app.Namespace)
	return fmt.Sprintf("%s, so nothing is deleted from cluster %s, where it keeps running; %s: to delete it run: fairlead approve %s; to keep its workloads: fairlead keep %s",
		why, guard.ClusterOf(app), digestWords(app), which, which)
}

func digestWords(app *v1alpha1.Application) string { return "digest " + guard.DigestOf(app) }
