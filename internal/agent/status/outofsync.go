package status

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/internal/apply"
)

// namedElsewhere are the reasons that conditions of their own tell of.
var namedElsewhere = []apply.Reason{
	apply.ReasonRefused, apply.ReasonError, apply.ReasonNotAllowed, apply.ReasonOwnedByAnother,
}

// outOfSync says which objects are, and why: in which fields they differ, never
// with values. An operation that has just begun says so itself.
func outOfSync(in Input) string {
	if in.Starting || in.ComparisonError != "" {
		return ""
	}
	return reasons(in.Items, namedElsewhere...)
}

// Syncing is the message of an operation that begins: what it is for.
func Syncing(items []apply.Item) string {
	if why := reasons(items); why != "" {
		return Shorten("syncing: " + why)
	}
	return "syncing"
}

// maxReasons bounds how many objects are named with what is out of sync about
// them; the others are in status.resources.
const maxReasons = 10

// reasons why objects are out of sync, in order of work, but for those left out.
func reasons(items []apply.Item, except ...apply.Reason) string {
	var out []string
	for _, item := range items {
		if item.State == apply.StateOutOfSync && !item.Tolerated() && !slices.Contains(except, item.Reason) {
			out = append(out, item.Message)
		}
	}
	if n := len(out) - maxReasons; n > 0 {
		out = append(out[:maxReasons], fmt.Sprintf("and %d more: see status.resources", n))
	}
	for i := range out { // so that a long one leaves room for the names of the others
		out[i] = shorten(out[i], maxMessage/len(out)-8)
	}
	return strings.Join(out, "; ")
}
