package explain

import (
	"errors"
	"fmt"
	"strings"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/policy"
	"github.com/fairlead/fairlead/templates"
)

// ErrUnknownCluster says that the inventory has no cluster of the name.
var ErrUnknownCluster = errors.New("unknown cluster")

// Question asks about one set and one cluster.
type Question struct {
	Set       *v1alpha1.ApplicationSet
	Cluster   string
	Inventory *clusters.Inventory
	// Projects finds AppProjects; nil does not look.
	Projects policy.Projects
	// Expand expands the set, or a variant of it, over an inventory, the
	// question's own or a variant, and one state of all other inputs.
	Expand func(*v1alpha1.ApplicationSet, *clusters.Inventory) (expand.Result, error)
}

// Explain answers a question. The only error is ErrUnknownCluster; a set that
// cannot be expanded is an answer too.
func Explain(q Question) (Answer, error) {
	cluster, ok := q.Inventory.ByName(q.Cluster)
	if !ok {
		return Answer{}, unknown(q)
	}
	answer := (&explainer{question: q, cluster: cluster}).answer(true)
	answer.Set, answer.Cluster = q.Set.Namespace+"/"+q.Set.Name, q.Cluster
	return answer, nil
}

// answer fills in the verdict, its reason and the holds. With try, changes are
// tried, to tell what they lead to.
func (e *explainer) answer(try bool) Answer {
	var answer Answer
	result, err := e.question.Expand(e.question.Set, e.question.Inventory)
	if err == nil {
		err = result.Err
	}
	if err != nil {
		answer.Reason = failed(err)
		answer.Holds = append(holds(e.question, false), "the set cannot be expanded: what it has stays as it is")
		return answer
	}
	mine := e.rejectedRows(result)
	e.decide(&answer, result, mine)
	if try {
		e.try(&answer.Reason)
		for i := range answer.Others {
			e.try(&answer.Others[i])
		}
		answer.Holds = append(answer.Holds, holds(e.question, answer.Yes)...)
		answer.Holds = append(answer.Holds, e.refusals(result, mine, answer.Yes)...)
	}
	return answer
}

// failed is the reason of a set that cannot be expanded.
func failed(err error) Reason {
	r := Reason{Code: CodeExpansion, Message: err.Error()}
	at, _, found := strings.Cut(r.Message, ": ")
	if !found {
		at = "the set"
	}
	r.Change = "correct " + at + ", or what it reads"
	var missing *templates.MissingKeyError
	if !errors.As(err, &missing) {
		return r
	}
	_, subject, found := strings.Cut(r.Message, missing.Error()+" for ")
	if !found {
		return r
	}
	subject, _, _ = strings.Cut(subject, "\n")
	r.Change = fmt.Sprintf("give %s the key %q, or let %s do without", subject, missing.Key, at)
	if subject == fmt.Sprintf("cluster %q", fleet.InClusterName) {
		r.Change += "; a selector with any term leaves the implicit in-cluster out"
	}
	return r
}

func unknown(q Question) error {
	var names []string
	for _, c := range q.Inventory.All() {
		if clusters.NormalizeName(c.Name) == clusters.NormalizeName(q.Cluster) {
			return fmt.Errorf("%w %q: did you mean %q?", ErrUnknownCluster, q.Cluster, c.Name)
		}
		names = append(names, c.Name)
	}
	if near, ok := nearest(q.Cluster, names); ok {
		return fmt.Errorf("%w %q: did you mean %q?", ErrUnknownCluster, q.Cluster, near)
	}
	return fmt.Errorf("%w %q: the inventory has %s, none of that name", ErrUnknownCluster, q.Cluster, fleetSize(q.Inventory))
}

// fleetSize counts clusters, the implicit one apart.
func fleetSize(inventory *clusters.Inventory) string {
	if c, ok := inventory.ByName(fleet.InClusterName); ok && c.Implicit {
		return counted(inventory.Len()-1, "cluster") + " and the implicit in-cluster"
	}
	return counted(inventory.Len(), "cluster")
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
