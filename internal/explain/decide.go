package explain

import (
	"fmt"
	"slices"
	"strings"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/policy"
)

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

// decide fills in the verdict and its reason from what the set makes, and from
// the rejected rows that are the cluster's; the further a row came the better
// it explains.
func (e *explainer) decide(answer *Answer, result expand.Result, mine []expand.Row) {
	e.given(answer, result)
	if answer.Yes {
		return
	}
	var reasons []Reason
	if len(mine) > 0 {
		reasons = append(reasons, e.rejected(mine[0]))
	}
	for _, find := range []func(expand.Result) (Reason, bool){e.duplicate, e.elsewhere} {
		if reason, ok := find(result); ok {
			reasons = append(reasons, reason)
		}
	}
	if len(reasons) == 0 {
		reasons = e.generators(result)
	}
	slices.SortStableFunc(reasons, func(a, b Reason) int { return b.progress() - a.progress() })
	answer.Reason, answer.Others = reasons[0], reasons[1:]
	if n := len(result.Rejected); n > 0 && len(mine) == 0 {
		answer.Notes = append(answer.Notes, fmt.Sprintf("%s rejected too, and none is known to be for the cluster; the first: %s",
			counted(n, "row")+was(n), result.Rejected[0].Err))
	}
}

func was(n int) string {
	if n == 1 {
		return " was"
	}
	return " were"
}

// given finds the cluster's Applications.
func (e *explainer) given(answer *Answer, result expand.Result) {
	for i := range result.Applications {
		app := &result.Applications[i]
		if !IsDestination(app.Spec.Destination, e.cluster) {
			continue
		}
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

// rejected is the reason of a row of the cluster that did not render.
func (e *explainer) rejected(row expand.Row) Reason {
	reason := Reason{Code: CodeRender, Generator: row.Origin.Generator, Message: "its row was rejected: " + bare(row)}
	e.missingKey(&reason, row)
	return reason
}

// bare is a row's error without its generator.
func bare(row expand.Row) string {
	return strings.TrimPrefix(row.Err.Error(), row.Origin.Generator+": ")
}

// duplicate finds rows for the cluster whose name others claim too.
func (e *explainer) duplicate(result expand.Result) (Reason, bool) {
	for _, d := range result.Duplicates {
		var from []string // generators of the cluster's own rows
		own := 0
		for i := range d.Applications {
			if !IsDestination(d.Applications[i].Spec.Destination, e.cluster) {
				continue
			}
			own++
			if !slices.Contains(from, d.Origins[i].Generator) {
				from = append(from, d.Origins[i].Generator)
			}
		}
		if own == 0 {
			continue
		}
		r := Reason{Code: CodeDuplicate, Generator: from[0], Message: d.Error()}
		switch {
		case len(from) > 1:
			r.Change = fmt.Sprintf("narrow one of the generators %s, so that one alone gives the cluster a row", strings.Join(from, " and "))
		case own > 1:
			r.Change = "let template.metadata.name hold what tells the cluster's rows apart"
		default:
			r.Change = "make template.metadata.name differ, as by adding the cluster's name"
			r.attempts = []attempt{{text: r.Change, set: e.variant(func(set *v1alpha1.ApplicationSet) {
				set.Spec.Template.Name += "-" + e.tag("name")
			})}}
		}
		return r, true
	}
	return Reason{}, false
}

// elsewhere finds a row that derives from the cluster and goes to another.
func (e *explainer) elsewhere(result expand.Result) (Reason, bool) {
	for i, origin := range result.Origins {
		if !slices.Contains(origin.Clusters(), e.cluster.Name) {
			continue
		}
		app := &result.Applications[i]
		r := Reason{Code: CodeDestination, Generator: origin.Generator,
			Message: fmt.Sprintf("its row gives application %s, whose destination is %s", app.Name, destination(app.Spec.Destination)),
			Nearest: e.nearDestination(app.Spec.Destination),
			Change:  "let template.spec.destination be the row's own name or server"}
		r.attempts = []attempt{{text: r.Change, set: e.variant(func(set *v1alpha1.ApplicationSet) {
			set.Spec.Template.Spec.Destination.Server, set.Spec.Template.Spec.Destination.Name = "", e.tag("name")
		})}}
		return r, true
	}
	return Reason{}, false
}

// nearDestination is what one may have misspelt in one of the destinations.
func (e *explainer) nearDestination(among ...v1alpha1.ApplicationDestination) string {
	var names, servers []string
	for _, to := range among {
		names, servers = append(names, to.Name), append(servers, to.Server)
	}
	if near, ok := nearest(e.cluster.Name, names); ok && near != "" {
		return "destination " + near
	}
	if near, ok := nearest(e.cluster.Server, servers); ok && near != "" {
		return "destination " + near
	}
	return ""
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
