package status

import (
	"slices"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
)

// maxNamed bounds how many objects one condition names.
const maxNamed = 5

// maxMessage bounds one message, in bytes.
const maxMessage = 4 << 10

// conditions that hold, sorted by type; the time of one that has not changed
// stays.
func conditions(in Input) []v1alpha1.ApplicationCondition {
	found := map[v1alpha1.ApplicationConditionType]string{
		v1alpha1.ApplicationConditionComparisonError: first(in.ComparisonError,
			named(in.Items, apply.ReasonError, apply.ReasonRefused)),
		v1alpha1.ApplicationConditionSyncError:             first(in.SyncError, named(in.Items, apply.ReasonNotPermitted)),
		v1alpha1.ApplicationConditionOutOfSync:             outOfSync(in),
		v1alpha1.ApplicationConditionWorkloadOnHub:         named(in.Items, apply.ReasonNotAllowed),
		v1alpha1.ApplicationConditionRenderWarning:         joined(in.Warnings),
		v1alpha1.ApplicationConditionSharedResourceWarning: named(in.Items, apply.ReasonOwnedByAnother),
	}
	found[v1alpha1.ApplicationConditionSyncWaitsForWindow] = in.Window
	found[v1alpha1.ApplicationConditionOrphanedResourceWarning] = in.Strays
	if in.InvalidSpec != "" {
		found[v1alpha1.ApplicationConditionInvalidSpecError] = in.InvalidSpec
		found[v1alpha1.ApplicationConditionComparisonError] = ""
	}
	if in.Orphaned {
		found[v1alpha1.ApplicationConditionOrphaned] = "the hub's set for this cluster no longer has the application; " +
			"it keeps running and healing until it is deleted or released"
	}
	var out []v1alpha1.ApplicationCondition
	for kind, message := range found {
		if message = Shorten(message); message != "" {
			out = append(out, v1alpha1.ApplicationCondition{Type: kind, Message: message})
		}
	}
	slices.SortFunc(out, func(a, b v1alpha1.ApplicationCondition) int { return strings.Compare(a.Type, b.Type) })
	for i := range out {
		out[i].LastTransitionTime = at(in.Now)
		for _, last := range in.Previous.Conditions {
			if last.Type == out[i].Type && last.Message == out[i].Message {
				out[i].LastTransitionTime = last.LastTransitionTime
			}
		}
	}
	return out
}

func first(messages ...string) string {
	for _, m := range messages {
		if m != "" {
			return m
		}
	}
	return ""
}

// named joins the messages of items with one of these reasons.
func named(items []apply.Item, reasons ...apply.Reason) string {
	var out []string
	for _, item := range items {
		if slices.Contains(reasons, item.Reason) {
			out = append(out, item.Message)
		}
	}
	return joined(out)
}

// joined spells out the first few messages.
func joined(messages []string) string {
	if len(messages) > maxNamed {
		messages = append(slices.Clone(messages[:maxNamed]), "and more")
	}
	return strings.Join(messages, "; ")
}

// more ends a message that was cut.
const more = " ..."

// Shorten a message to what a status has room for.
func Shorten(message string) string { return shorten(message, maxMessage) }

func shorten(message string, limit int) string {
	if len(message) <= limit {
		return message
	}
	return strings.ToValidUTF8(message[:limit], "") + more
}
