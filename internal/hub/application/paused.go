package application

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/pause"
	"github.com/fairlead/fairlead/internal/source"
)

// heldBack says whether an Application is held at a state, and what is to be
// told of its mark. wanted is what its own sources mean meanwhile.
func heldBack(app *v1alpha1.Application, wanted []string) (bool, []v1alpha1.ApplicationCondition) {
	m, err := pause.Read(app)
	switch {
	case err != nil:
		return false, []v1alpha1.ApplicationCondition{{
			Type: v1alpha1.ApplicationConditionPauseInvalid,
			Message: fmt.Sprintf("annotation %s has no effect, and the application follows its sources: %s; run: fairlead resume %s",
				v1alpha1.AnnotationPaused, err, app.Name),
		}}
	case m == nil:
		return false, nil
	default:
		return true, []v1alpha1.ApplicationCondition{{Type: v1alpha1.ApplicationConditionPaused, Message: message(app, m, wanted)}}
	}
}

// message of a pause. The time in it is that of the mark, so it does not change
// by itself.
func message(app *v1alpha1.Application, m *pause.Mark, wanted []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "held at %s", pause.Short(m.Revisions))
	if m.ID != nil {
		fmt.Fprintf(&b, " (history entry %d)", *m.ID)
	}
	if m.By != "" {
		fmt.Fprintf(&b, " by %s", clip(m.By))
	}
	if !m.Since.IsZero() {
		fmt.Fprintf(&b, " since %s", m.Since.UTC().Format(time.RFC3339))
	}
	if m.Reason != "" {
		fmt.Fprintf(&b, ": %q", clip(m.Reason))
	}
	if len(wanted) > 0 && !slices.Contains(wanted, "") && !slices.Equal(wanted, m.Revisions) {
		fmt.Fprintf(&b, "; its sources are at %s by now", pause.Short(wanted))
	}
	fmt.Fprintf(&b, "; to follow them again: fairlead resume %s", app.Name)
	return b.String()
}

// maxClipped bounds what a person says, in bytes: anybody may write a mark.
const maxClipped = 1024

func clip(text string) string {
	if len(text) <= maxClipped {
		return text
	}
	return strings.ToValidUTF8(text[:maxClipped], "") + " ..."
}

// wanted is what the pins say of each source of a paused Application's spec, ""
// where they say nothing; nil if it is not paused.
func (r *Reconciler) wanted(ctx context.Context, app *v1alpha1.Application) ([]string, error) {
	if len(pausedKeys(app)) == 0 {
		return nil, nil
	}
	set := v1alpha1.OwningSet(app)
	var out []string
	for _, s := range app.Spec.GetSources() {
		requested := source.Of(s).Requested()
		key := types.NamespacedName{Namespace: app.Namespace, Name: fleet.RevisionPinName(requested)}
		if set != "" {
			key.Name = fleet.SetPinName(set)
		}
		pin := &fleet.Pin{}
		if err := r.Client.Get(ctx, key, pin); err != nil && !apierrors.IsNotFound(err) {
			return nil, fmt.Errorf("read pin %s: %w", key, err)
		}
		means, _ := pin.Spec.Lookup("", requested)
		out = append(out, means.Revision)
	}
	return out, nil
}

// pausedIndex finds Applications that carry a mark, valid or not.
const pausedIndex = "fairlead.dev/paused"

func pausedKeys(o client.Object) []string {
	if _, ok := o.GetAnnotations()[v1alpha1.AnnotationPaused]; ok {
		return []string{"paused"}
	}
	return nil
}

// ofPin lists the paused Applications that a Pin may concern: what they do not
// follow has moved.
func (r *Reconciler) ofPin(ctx context.Context, o client.Object) []reconcile.Request {
	return pick(ctx, r.Client, func(app *v1alpha1.Application) bool {
		return app.Namespace == o.GetNamespace()
	}, client.MatchingFields{pausedIndex: "paused"})
}
