package application

import (
	"strings"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
)

const fleetScope = "fleet"

func projectScope(app *v1alpha1.Application) string { return "project/" + app.Spec.GetProject() }

// scale is one budget: what it weighs, and with what limits.
type scale struct {
	// scope that app counts in; "" if this scale does not weigh it.
	scope  func(app *v1alpha1.Application) string
	limits guard.Limits
	// net leaves out losses that were made up for.
	net bool
}

const (
	// burst is what of the window a mass deletion by hand, by a namespace or by
	// a parent takes; single ones over the day are no mass deletion.
	burst = 10
	// wide is how many times the number for one set a project and the fleet may
	// lose in all: their sets have guards of their own.
	wide = 10
)

// scales, the narrowest first.
func (c *court) scales() []scale {
	direct, total := c.limits, c.limits
	direct.Window, direct.AllowEmpty = max(c.limits.Window/burst, time.Second), true
	total.Count, total.AllowEmpty = c.limits.Count*wide, true
	fleetWide := func(*v1alpha1.Application) string { return fleetScope }
	return []scale{
		{scope: c.setScope, limits: c.limits},
		{scope: c.directly(projectScope), limits: direct},
		{scope: c.directly(fleetWide), limits: direct},
		{scope: projectScope, limits: total, net: true},
		{scope: fleetWide, limits: total, net: true},
	}
}

// directly narrows a scope to what no set's end explains: deletions by hand, by
// a parent, or with a namespace.
func (c *court) directly(scope func(*v1alpha1.Application) string) func(*v1alpha1.Application) string {
	return func(app *v1alpha1.Application) string {
		if guard.CauseOf(app) != "" || c.setEnds(app) && !c.ending[app.Namespace] {
			return ""
		}
		return "direct/" + scope(app)
	}
}

// setEnds is true when the set that controls app is being deleted or was, and
// takes its Applications along.
func (c *court) setEnds(app *v1alpha1.Application) bool {
	uid := owner(app)
	_, deleted := c.book.Sets[uid]
	return uid != "" && !c.keeping[uid] && (c.sets[uid] || deleted)
}

// within is true for the Applications that a scope's size counts.
func within(scope string, app *v1alpha1.Application) bool {
	switch scope = strings.TrimPrefix(scope, "direct/"); scope {
	case fleetScope, projectScope(app):
		return true
	default:
		uid := owner(app)
		return uid != "" && scope == "set/"+string(uid)
	}
}
