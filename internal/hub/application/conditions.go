package application

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// leaders are the types that nobody but the leader may say: what it decided, and
// where it stands with the agent. InvalidSpecError is not among them, since an
// agent may find one too.
var leaders = []v1alpha1.ApplicationConditionType{
	v1alpha1.ApplicationConditionDeletionHeld,
	v1alpha1.ApplicationConditionDestinationUnknown,
	v1alpha1.ApplicationConditionNotDelivered,
	v1alpha1.ApplicationConditionPaused,
	v1alpha1.ApplicationConditionPauseInvalid,
	v1alpha1.ApplicationConditionRevisionUnresolved,
	v1alpha1.ApplicationConditionTombstonePending,
}

// ofAgent are the agent's conditions of app, without what is not the agent's to
// say: no agent holds a deletion, or ends a hold.
func ofAgent(app *v1alpha1.Application) []v1alpha1.ApplicationCondition {
	if app.Status.Delivery == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(app.Status.Delivery.Conditions), func(c v1alpha1.ApplicationCondition) bool {
		return slices.Contains(leaders, c.Type)
	})
}

// withTimes orders conditions by type and message and keeps the transition
// time of those that stand unchanged, so that a reconcile that found nothing
// new writes nothing.
func withTimes(wanted, old []v1alpha1.ApplicationCondition, now metav1.Time) []v1alpha1.ApplicationCondition {
	out := make([]v1alpha1.ApplicationCondition, 0, len(wanted))
	for _, c := range wanted {
		same := func(o v1alpha1.ApplicationCondition) bool { return o.Type == c.Type && o.Message == c.Message }
		if slices.ContainsFunc(out, same) {
			continue
		}
		if i := slices.IndexFunc(old, same); i >= 0 {
			c.LastTransitionTime = old[i].LastTransitionTime
		} else if c.LastTransitionTime == nil {
			c.LastTransitionTime = &now
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b v1alpha1.ApplicationCondition) int {
		if a.Type != b.Type {
			if a.Type < b.Type {
				return -1
			}
			return 1
		}
		if a.Message < b.Message {
			return -1
		}
		return 1
	})
	if len(out) == 0 {
		return nil
	}
	return out
}
