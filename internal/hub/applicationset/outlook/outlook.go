package outlook

import (
	"slices"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
)

// Outlook is what a set expands to, as far as it has to be compared with what
// there is.
type Outlook struct {
	State *Warm
	Rows  []plan.Row
	// Names are the Applications to compare with rows; nil means all of the
	// set's, and then rows are all too.
	Names []string
	// Resynced is true if nothing but time led here.
	Resynced bool
	// fresh is true if everything was asked and expanded for this look.
	fresh bool
}

// Partial is true if only some rows are compared.
func (o Outlook) Partial() bool { return o.Names != nil }

// touch adds the rows of these names, unless they are there already.
func (o *Outlook) touch(names map[string]bool) {
	there := make(map[string]bool, len(o.Rows))
	for _, row := range o.Rows {
		there[row.App.Name] = true
	}
	for name := range names {
		if app, origin, one := o.State.Expansion.Expander().Application(name); one && !there[name] {
			o.Rows = append(o.Rows, plan.Row{App: app, From: origin})
		}
	}
}

// complete lists which Applications are compared: those of the rows, those that
// were touched, those that have lost their row and those that stay for now. A
// name that a row gives which is not compared is never among them: it would
// look as if it had none.
func (o *Outlook) complete(touched map[string]bool) {
	compared := make(map[string]bool, len(o.Rows))
	for _, row := range o.Rows {
		compared[row.App.Name] = true
	}
	candidates := o.Names
	for name := range o.State.staying {
		candidates = append(candidates, name)
	}
	for name := range touched {
		candidates = append(candidates, name)
	}
	for _, name := range candidates {
		if _, twice := o.State.Duplicates[name]; twice || !o.State.Expansion.Expander().Gives(name) {
			compared[name] = true
		}
	}
	o.Names = make([]string, 0, len(compared))
	for name := range compared {
		o.Names = append(o.Names, name)
	}
	slices.Sort(o.Names)
	slices.SortFunc(o.Rows, func(a, b plan.Row) int { return strings.Compare(a.App.Name, b.App.Name) })
}

func rowsOf(apps []v1alpha1.Application, origins []expand.Origin) []plan.Row {
	out := make([]plan.Row, len(apps))
	for i := range apps {
		out[i] = plan.Row{App: &apps[i], From: origins[i]}
	}
	return out
}
