package expand

import (
	"slices"

	fleetv1alpha1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/generators"
)

// Expander expands one set again and again. It keeps the compiled templates and
// the rows of the last expansion, so that after a change of some clusters only
// their rows are evaluated and rendered. It is used by one goroutine at a time;
// a set whose spec has changed needs a new one.
//
// The budget bounds each expansion, full or of a change, on its own.
type Expander struct {
	compiled   *compiled
	invalid    error // why the set cannot be expanded at all
	dependence []generators.Dependence
	state      *state // nil: there is no complete expansion to build on
	stats      Stats
}

// Stats count what the last call of Expand or Change worked on, and what was
// asked since.
type Stats struct {
	// Clusters that generators were evaluated over, once per entry of
	// spec.generators that depends on clusters, before the change and after.
	Clusters int
	// Rows that were rendered.
	Rows int
	// Listed are the rows that Snapshot has listed since.
	Listed int
}

// NewExpander prepares a set, which it copies. A set that cannot be expanded
// says why in every Result.
func NewExpander(set *v1alpha1.ApplicationSet, opts Options) *Expander {
	set = set.DeepCopy()
	e := &Expander{}
	e.compiled, e.invalid = compile(set, opts)
	for i := range set.Spec.Generators {
		e.dependence = append(e.dependence, generators.DependenceOf(&set.Spec.Generators[i]))
	}
	return e
}

// Expand is the function Expand; it remembers a complete result for Change.
// After any other result there is nothing to build on, and Change declines.
func (e *Expander) Expand(in Inputs) Result {
	e.state, e.stats = nil, Stats{}
	if e.invalid != nil {
		return Result{Err: e.invalid}
	}
	notes := generators.NewNotes()
	rendered, missing, err := e.compiled.run(in, notes)
	if err != nil || len(missing) > 0 {
		return Result{Missing: missing, Err: err}
	}
	e.count(in.Clusters)
	e.stats.Rows = len(rendered.jobs)
	e.state = newState(in, notes, e.dependence, rendered)
	return e.compiled.result(rendered.jobs, in)
}

// Change expands what is altered by clusters of these names: added, removed or
// other than they were. If the names are not known, they are
// in.Clusters.Changed(e.Inventory()). Inputs other than the clusters must be
// those of the last expansion, and may hold more.
//
// It is false, and nothing has happened, when only a full expansion can tell:
// there is none to build on, the set has rows that derive from several
// clusters, an input is another one, a generator fails, or a check that looks
// at all rows would. Otherwise Snapshot is afterwards what a full expansion
// would be, unless the Delta has Missing.
func (e *Expander) Change(in Inputs, names []string) (Delta, bool) {
	e.stats = Stats{}
	if e.state == nil || slices.Contains(e.dependence, generators.Entire) || !e.state.restsOn(in) {
		return Delta{}, false
	}
	names = e.withLocal(in.Clusters, names)
	before, after := e.state.notes.Part(), e.state.notes.Part()
	e.compiled.engine.Renew()
	if _, missing, err := e.gather(e.state.in, names, before); err != nil || len(missing) > 0 {
		return Delta{}, false
	}
	parts, missing, err := e.gather(in, names, after)
	switch {
	case err != nil:
		return Delta{}, false
	case len(missing) > 0:
		return Delta{Missing: missing}, true
	case !e.state.notes.Replaceable(before, after, e.compiled.opts.MaxRows):
		return Delta{}, false
	}
	rendered, err := e.compiled.render(parts)
	if err != nil {
		return Delta{}, false
	}
	e.stats.Rows = len(rendered.jobs)
	e.state.notes.Replace(before, after)
	e.state.in = in
	return e.state.replace(names, rendered), true
}

// gather evaluates the entries that depend on clusters over some of the fleet.
func (e *Expander) gather(in Inputs, names []string, notes *generators.Notes) ([]entryPart, []Request, error) {
	in.Clusters = in.Clusters.Only(names)
	e.count(in.Clusters)
	return e.compiled.gather(in, func(i int) bool { return e.dependence[i] == generators.Linear }, notes)
}

// Snapshot is the complete result of the last expansion and all changes since.
// It takes work in proportion to the set. There is none before Expand gave a
// complete result.
func (e *Expander) Snapshot() (Result, bool) {
	if e.state == nil {
		return Result{}, false
	}
	jobs := e.state.jobs()
	e.stats.Listed += len(jobs)
	return e.compiled.result(jobs, e.state.in), true
}

// Protection is Snapshot's; it takes work in proportion to the refused rows.
func (e *Expander) Protection() Protection {
	if e.state == nil {
		return Protection{}
	}
	return e.state.protection(e.compiled.paths())
}

// Gives says whether any row has that name: one, or several.
func (e *Expander) Gives(name string) bool {
	return e.state != nil && len(e.state.names[name]) > 0
}

// Application of one name, read only; false if no row gives it, or several do.
func (e *Expander) Application(name string) (*v1alpha1.Application, Origin, bool) {
	if e.state == nil || len(e.state.names[name]) != 1 {
		return nil, Origin{}, false
	}
	r := e.state.names[name][0]
	return r.app, r.origin, true
}

// Inventory is what the last expansion or change was made for; nil if there is
// nothing that Change could build on.
func (e *Expander) Inventory() *clusters.Inventory {
	if e.state == nil {
		return nil
	}
	return e.state.in.Clusters
}

// Stats are those of the last call of Expand or Change.
func (e *Expander) Stats() Stats { return e.stats }

// withLocal adds the hub's own cluster to names if it came or went with them.
func (e *Expander) withLocal(now *clusters.Inventory, names []string) []string {
	local := fleetv1alpha1.InClusterName
	a, _ := e.state.in.Clusters.ByName(local)
	b, _ := now.ByName(local)
	names = slices.Clone(names)
	if (a == nil) != (b == nil) || a != nil && a.Implicit != b.Implicit {
		names = append(names, local)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (e *Expander) count(fleet *clusters.Inventory) {
	for _, d := range e.dependence {
		if d != generators.Independent {
			e.stats.Clusters += fleet.Len()
		}
	}
}
