package explain

import (
	"errors"
	"fmt"
	"slices"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/policy"
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
	// Expand expands the set, or a variant of it, over one state of its inputs.
	Expand func(*v1alpha1.ApplicationSet) (expand.Result, error)
}

// Explain answers a question. The only error is ErrUnknownCluster; a set that
// cannot be expanded is an answer too.
func Explain(q Question) (Answer, error) {
	cluster, ok := q.Inventory.ByName(q.Cluster)
	if !ok {
		return Answer{}, unknown(q)
	}
	answer := Answer{Set: q.Set.Namespace + "/" + q.Set.Name, Cluster: q.Cluster}
	result, err := q.Expand(q.Set)
	if err == nil {
		err = result.Err
	}
	if err != nil {
		answer.Reason = Reason{Code: CodeExpansion, Message: err.Error(), Change: "mend the generator or its input"}
		answer.Holds = append(holds(q, false), "the set cannot be expanded: what it has stays as it is")
		return answer, nil
	}
	e := &explainer{question: q, cluster: cluster}
	e.decide(&answer, result)
	answer.Holds = append(answer.Holds, holds(q, answer.Yes)...)
	if refused := refusedOf(result, q.Cluster); refused != "" && !answer.Yes {
		answer.Holds = append(answer.Holds, "render: "+refused+": what derives from the cluster is not deleted until it renders")
	}
	return answer, nil
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
	return fmt.Errorf("%w %q: the inventory has %d clusters and none of that name", ErrUnknownCluster, q.Cluster, len(names))
}

// IsDestination says whether a destination means the cluster: by its name or
// by its server, one of which is given. A slash at a server's end means
// nothing.
func IsDestination(to v1alpha1.ApplicationDestination, c *clusters.Cluster) bool {
	if to.Server != "" {
		return to.Name == "" && fleet.ServerKey(to.Server) == fleet.ServerKey(c.Server)
	}
	return to.Name != "" && to.Name == c.Name
}

// explainer answers one question.
type explainer struct {
	question Question
	cluster  *clusters.Cluster
}

// decide fills in the verdict and its reason from what the set makes; the
// further a row came the better it explains.
func (e *explainer) decide(answer *Answer, result expand.Result) {
	for i := range result.Applications {
		if app := &result.Applications[i]; IsDestination(app.Spec.Destination, e.cluster) {
			if !answer.Yes {
				answer.Yes = true
				answer.Reason = Reason{Code: CodeRow, Generator: result.Origins[i].Generator,
					Message: fmt.Sprintf("application %s, from %s", app.Name, result.Origins[i])}
			}
			answer.Applications = append(answer.Applications, app.Name)
			if e.question.Projects == nil {
				continue
			}
			if err := policy.CheckProject(&app.Spec, e.question.Projects); err != nil {
				answer.Holds = append(answer.Holds, "project: "+app.Name+": "+err.Error())
			}
		}
	}
	if answer.Yes {
		return
	}
	var reasons []Reason
	for _, find := range []func(expand.Result) (Reason, bool){e.rejected, e.duplicate, e.elsewhere} {
		if reason, ok := find(result); ok {
			reasons = append(reasons, reason)
		}
	}
	if len(reasons) == 0 {
		reasons = e.generators(result)
	}
	slices.SortStableFunc(reasons, func(a, b Reason) int { return b.progress() - a.progress() })
	answer.Reason, answer.Others = reasons[0], reasons[1:]
}

// rejected finds the row of the cluster that did not render.
func (e *explainer) rejected(result expand.Result) (Reason, bool) {
	for _, row := range result.Rejected {
		if slices.Contains(row.Origin.Clusters(), e.cluster.Name) {
			reason := Reason{Code: CodeRender, Generator: row.Origin.Generator, Message: "its row was rejected: " + row.Err.Error()}
			e.missingKey(&reason, row.Err)
			return reason, true
		}
	}
	return Reason{}, false
}

// duplicate finds rows for the cluster whose name others claim too.
func (e *explainer) duplicate(result expand.Result) (Reason, bool) {
	for _, d := range result.Duplicates {
		for i := range d.Applications {
			if IsDestination(d.Applications[i].Spec.Destination, e.cluster) {
				return Reason{Code: CodeDuplicate, Generator: d.Origins[i].Generator, Message: d.Error(),
					Change: "make template.metadata.name differ, as by adding the cluster's name"}, true
			}
		}
	}
	return Reason{}, false
}

// elsewhere finds a row that derives from the cluster and goes to another.
func (e *explainer) elsewhere(result expand.Result) (Reason, bool) {
	for i, origin := range result.Origins {
		if slices.Contains(origin.Clusters(), e.cluster.Name) {
			app := &result.Applications[i]
			return Reason{Code: CodeDestination, Generator: origin.Generator,
				Message: fmt.Sprintf("its row gives application %s, whose destination is %s", app.Name, destination(app.Spec.Destination)),
				Change:  "let template.spec.destination be the row's own name or server"}, true
		}
	}
	return Reason{}, false
}

func destination(to v1alpha1.ApplicationDestination) string {
	switch {
	case to.Name != "" && to.Server != "":
		return fmt.Sprintf("both name %q and server %q, and so no cluster", to.Name, to.Server)
	case to.Name != "":
		return fmt.Sprintf("name %q", to.Name)
	case to.Server != "":
		return fmt.Sprintf("server %q", to.Server)
	}
	return "empty"
}

func refusedOf(result expand.Result, cluster string) string {
	for _, row := range result.Rejected {
		if slices.Contains(row.Origin.Clusters(), cluster) {
			return row.Origin.Generator + " has a rejected row"
		}
	}
	return ""
}
