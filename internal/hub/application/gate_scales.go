package application

import (
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
)

const (
	fleetScope = "fleet"
	setPrefix  = "set/"
)

func fleetWide(*v1alpha1.Application) string { return fleetScope }

func projectScope(app *v1alpha1.Application) string { return "project/" + app.Spec.GetProject() }

// setScope is "" for an Application that no set controls.
func setScope(app *v1alpha1.Application) string {
	set := owner(app)
	if set == (setID{}) {
		return ""
	}
	return setPrefix + set.namespace + "/" + string(set.uid)
}

// scale is one budget: what it weighs, and with what limits.
type scale struct {
	// of is the scope whose size app counts in; "" for none.
	of func(app *v1alpha1.Application) string
	// weighs is true for an Application whose deletion is weighed here; all of
	// them if it is nil.
	weighs func(app *v1alpha1.Application) bool
	limits guard.Limits
	// net leaves out losses that were made up for.
	net bool
}

// scope that the deletion of app is weighed in; "" if this scale does not.
func (s scale) scope(app *v1alpha1.Application) string {
	if s.weighs != nil && !s.weighs(app) {
		return ""
	}
	return s.of(app)
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
	return []scale{
		{of: setScope, weighs: unjudgedBySet, limits: c.limits},
		{of: directly(projectScope), weighs: c.isDirect, limits: direct},
		{of: directly(fleetWide), weighs: c.isDirect, limits: direct},
		{of: projectScope, limits: total, net: true},
		{of: fleetWide, limits: total, net: true},
	}
}

// unjudgedBySet is false where the set's own guard has judged already.
func unjudgedBySet(app *v1alpha1.Application) bool { return guard.CauseOf(app) == "" }

// isDirect is true for what no set's end explains: deletions by hand, by a
// parent, or with a namespace.
func (c *court) isDirect(app *v1alpha1.Application) bool {
	return guard.CauseOf(app) == "" && (!c.setEnds(app) || c.ending[app.Namespace])
}

// directly keeps direct losses apart from all of a scope's.
func directly(scope func(*v1alpha1.Application) string) func(*v1alpha1.Application) string {
	return func(app *v1alpha1.Application) string { return "direct/" + scope(app) }
}

// setEnds is true when the set that controls app is being deleted or was, and
// takes its Applications along.
func (c *court) setEnds(app *v1alpha1.Application) bool {
	set := owner(app)
	return set != (setID{}) && !c.keeping[set] && (c.sets[set] || c.book.deleted(set))
}
