package applicationset

import (
	"fmt"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// namedVictims is how many victims a condition names.
const namedVictims = 5

// heldMessage says what is held, why, and how to go on.
func heldMessage(set string, r round) string {
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
	text := fmt.Sprintf("%s, so none is deleted: %s; digest %s: to delete them run: fairlead approve %s --digest %s; to keep their workloads: fairlead keep %s",
		r.verdict.Reason, strings.Join(names, ", "), r.verdict.Digest, set, r.verdict.Digest, set)
	if r.problem != nil {
		text += "; " + r.problem.Error()
	}
	return text
}

// digestIn finds the digest that a heldMessage names.
func digestIn(message string) string {
	_, rest, _ := strings.Cut(message, "; digest ")
	digest, _, _ := strings.Cut(rest, ":")
	return digest
}

func byType(a, b v1alpha1.ApplicationSetCondition) int {
	return strings.Compare(string(a.Type), string(b.Type))
}
