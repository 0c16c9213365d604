package outlook

import (
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
	"github.com/fairlead/fairlead/internal/hub/applicationset/wake"
	"github.com/fairlead/fairlead/internal/inputs"
)

// Warm is what is remembered of a set from one look to the next.
type Warm struct {
	uid        types.UID
	generation int64
	// Expansion answers for all rows of the last look.
	Expansion *inputs.Warm
	// Rejected and Duplicates are all of the last expansion's.
	Rejected   map[expand.Origin]expand.Row
	Duplicates map[string]expand.Duplicate
	// staying are Applications that no row gives and that are not deleted yet:
	// they are looked at each time.
	staying map[string]bool
	rows    int
	// Due is when everything is asked and expanded again.
	Due time.Time
}

// fits is true if nothing but clusters and Applications may have changed.
func (w *Warm) fits(set *v1alpha1.ApplicationSet, why wake.Cause, now time.Time) bool {
	return w != nil && w.uid == set.UID && w.generation == set.Generation && now.Before(w.Due) &&
		!why.Anew && !why.Whole && !why.Nothing()
}

// Stays remembers which Applications no row gives and are there still.
func (w *Warm) Stays(done plan.Plan, leaving []*v1alpha1.Application) {
	w.staying = map[string]bool{}
	for _, name := range done.Waiting {
		w.staying[name] = true
	}
	for _, app := range leaving {
		w.staying[app.Name] = true // until its event says that it has gone
	}
	for _, change := range done.Changes {
		if change.Live == nil {
			w.rows++
		}
	}
}

// take notes what a change refuses and no longer refuses.
func (w *Warm) take(delta expand.Delta) {
	for _, origin := range delta.Cleared {
		delete(w.Rejected, origin)
	}
	for _, name := range delta.Unique {
		delete(w.Duplicates, name)
	}
	w.refuse(delta.Rejected, delta.Duplicates)
}

func (w *Warm) refuse(rejected []expand.Row, duplicates []expand.Duplicate) {
	for _, row := range rejected {
		w.Rejected[row.Origin] = row
	}
	for _, d := range duplicates {
		w.Duplicates[d.Name] = d
	}
}
