package applicationset

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/inputs"
)

// outlook is what a set expands to, as far as it has to be compared with what
// there is.
type outlook struct {
	state *warm
	rows  []Row
	// names are the Applications to compare with rows; nil means all of the
	// set's, and then rows are all too.
	names []string
	// resynced is true if nothing but time led here.
	resynced bool
}

// partial is true if only some rows are compared.
func (o outlook) partial() bool { return o.names != nil }

// look is what the guard asks of an outlook.
func (o outlook) look() Look {
	expander := o.state.expansion.Expander()
	l := Look{PullRequests: expander.PullRequests}
	if o.partial() {
		l.Gives = expander.Gives
	}
	return l
}

// expand builds on the last look where only clusters and Applications may have
// changed since, and begins from nothing elsewhere.
func (r *Reconciler) expand(ctx context.Context, set *v1alpha1.ApplicationSet, why cause, git *reader) (outlook, error) {
	fleet, err := r.fleet(ctx, set)
	if err != nil {
		return outlook{}, err
	}
	providers := inputs.Providers{Git: git, Questions: r.answerer(set, why)}
	state := r.memory.take(client.ObjectKeyFromObject(set))
	if state.fits(set, why, r.Now()) {
		out, ok, err := r.carryOn(ctx, set, why, state, fleet, providers)
		if ok || err != nil {
			return out, err
		}
	}
	out, err := r.begin(ctx, set, fleet, providers)
	out.resynced = state != nil && why.nothing() && !r.Now().Before(state.due) && !looksOutside(set)
	return out, err
}

// fleet is the inventory for sets that see clusters; others do not care whether
// it can be had.
func (r *Reconciler) fleet(ctx context.Context, set *v1alpha1.ApplicationSet) (*clusters.Inventory, error) {
	if !gazeOf(set).looks() {
		return nil, nil
	}
	return r.Inventory.Inventory(ctx)
}

// turn waits for leave to compute.
func (r *Reconciler) turn() (done func()) {
	r.expanding <- struct{}{}
	return func() { <-r.expanding }
}

// begin expands from nothing.
func (r *Reconciler) begin(ctx context.Context, set *v1alpha1.ApplicationSet, fleet *clusters.Inventory, p inputs.Providers) (outlook, error) {
	r.metrics.expansions.WithLabelValues(fullPath).Inc()
	expansion := inputs.NewWarm(set, r.Options, r.turn)
	result, err := expansion.Expand(ctx, fleet, p)
	if err = cmp.Or(err, result.Err); err != nil {
		return outlook{}, err
	}
	state := &warm{
		uid: set.UID, generation: set.Generation, expansion: expansion,
		rejected: map[expand.Origin]expand.Row{}, duplicates: map[string]expand.Duplicate{}, staying: map[string]bool{},
		rows: len(result.Applications), due: r.Now().Add(jittered(intervalOf(set))),
	}
	state.refuse(result.Rejected, result.Duplicates)
	return outlook{state: state, rows: rowsOf(result.Applications, result.Origins)}, nil
}

// carryOn takes over what has changed since the last look. It is false if only
// a whole expansion can tell.
func (r *Reconciler) carryOn(ctx context.Context, set *v1alpha1.ApplicationSet, why cause, state *warm, fleet *clusters.Inventory, p inputs.Providers) (outlook, bool, error) {
	out := outlook{state: state, names: []string{}}
	if why.fleet {
		delta, ok, err := state.expansion.Change(ctx, fleet, p)
		if !ok || err != nil {
			return outlook{}, false, err
		}
		r.metrics.expansions.WithLabelValues(incrementalPath).Inc()
		state.take(delta)
		out.rows = rowsOf(delta.Applications, delta.Origins)
		for _, gone := range delta.Gone {
			out.names = append(out.names, gone.Name)
		}
	}
	names, few := why.names()
	if !few || r.Guard.NeedsAll(set) {
		whole, ok := state.expansion.Expander().Snapshot()
		return outlook{state: state, rows: rowsOf(whole.Applications, whole.Origins)}, ok, nil
	}
	out.touch(names)
	out.complete(names)
	return out, true, nil
}

// touch adds the rows of these names, unless they are there already.
func (o *outlook) touch(names map[string]bool) {
	there := make(map[string]bool, len(o.rows))
	for _, row := range o.rows {
		there[row.App.Name] = true
	}
	for name := range names {
		if app, origin, one := o.state.expansion.Expander().Application(name); one && !there[name] {
			o.rows = append(o.rows, Row{App: app, From: origin})
		}
	}
}

// complete lists which Applications are compared: those of the rows, those that
// were touched, those that have lost their row and those that stay for now. A
// name that a row gives which is not compared is never among them: it would
// look as if it had none.
func (o *outlook) complete(touched map[string]bool) {
	compared := make(map[string]bool, len(o.rows))
	for _, row := range o.rows {
		compared[row.App.Name] = true
	}
	candidates := o.names
	for name := range o.state.staying {
		candidates = append(candidates, name)
	}
	for name := range touched {
		candidates = append(candidates, name)
	}
	for _, name := range candidates {
		if _, twice := o.state.duplicates[name]; twice || !o.state.expansion.Expander().Gives(name) {
			compared[name] = true
		}
	}
	o.names = make([]string, 0, len(compared))
	for name := range compared {
		o.names = append(o.names, name)
	}
	slices.Sort(o.names)
	slices.SortFunc(o.rows, func(a, b Row) int { return strings.Compare(a.App.Name, b.App.Name) })
}

func rowsOf(apps []v1alpha1.Application, origins []expand.Origin) []Row {
	out := make([]Row, len(apps))
	for i := range apps {
		out[i] = Row{App: &apps[i], From: origins[i]}
	}
	return out
}

// take notes what a change refuses and no longer refuses.
func (w *warm) take(delta expand.Delta) {
	for _, origin := range delta.Cleared {
		delete(w.rejected, origin)
	}
	for _, name := range delta.Unique {
		delete(w.duplicates, name)
	}
	w.refuse(delta.Rejected, delta.Duplicates)
}

func (w *warm) refuse(rejected []expand.Row, duplicates []expand.Duplicate) {
	for _, row := range rejected {
		w.rejected[row.Origin] = row
	}
	for _, d := range duplicates {
		w.duplicates[d.Name] = d
	}
}
