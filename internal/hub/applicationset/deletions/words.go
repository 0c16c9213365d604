package deletions

import (
	"fmt"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
)

// namedVictims is how many victims a condition names.
const namedVictims = 5

// heldMessage says what is held, why, and how to go on.
func heldMessage(set *v1alpha1.ApplicationSet, r round) string {
	names := make([]string, 0, namedVictims+1)
	for i, v := range r.verdict.Held {
		if i == namedVictims {
			names = append(names, fmt.Sprintf("and %d more", len(r.verdict.Held)-i))
			break
		}
		name := v.Name
		if v.RenamedTo != "" {
			name += fmt.Sprintf(" (cluster %s, now %s?)", v.Cluster, v.RenamedTo)
		}
		names = append(names, name)
	}
	text := fmt.Sprintf("%s, so none is deleted: %s; digest %s: to delete them run: fairlead approve %s -n %s --digest %s; to keep their workloads: fairlead keep %s -n %s",
		r.verdict.Reason, strings.Join(names, ", "), r.verdict.Digest, set.Name, set.Namespace, r.verdict.Digest, set.Name, set.Namespace)
	if r.problem != nil {
		text += "; " + r.problem.Error()
	}
	return text
}

// endMessage says why nothing of a hold is left, which no person has ended.
func endMessage(set *v1alpha1.ApplicationSet, was *v1alpha1.DeletionsHeld, r round) string {
	if !plan.AllowedBy(set).Delete {
		return "the set's policy does not delete applications now: what was held stays"
	}
	there, held := 0, guard.Holds(was.Holding)
	for _, uid := range r.there {
		if held(uid) {
			there++
		}
	}
	switch gone := max(int(was.Count)-there, 0); {
	case gone == 0 || was.Holding == "":
		return "the held applications are not to be deleted any more"
	case there == 0:
		return "the held applications are gone: they were deleted otherwise"
	default:
		return fmt.Sprintf("%d of the held applications are not to be deleted any more, %d are gone: they were deleted otherwise", there, gone)
	}
}

// digestIn finds the digest that a heldMessage names.
func digestIn(message string) string {
	_, rest, _ := strings.Cut(message, "; digest ")
	digest, _, _ := strings.Cut(rest, ":")
	return digest
}
