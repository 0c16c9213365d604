package expand

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// replace puts rendered in the place of all rows of the named clusters, and
// says what that alters.
func (s *state) replace(clusters []string, now rendered) Delta {
	var old []*row
	for _, name := range clusters {
		old = append(old, s.byCluster[name]...)
	}
	fresh := now.rows()
	before := s.claimsOn(old, fresh)
	for _, name := range clusters {
		delete(s.byCluster, name)
	}
	for _, r := range old {
		s.disclaim(r)
	}
	for _, r := range fresh {
		s.byCluster[r.origin.Cluster] = append(s.byCluster[r.origin.Cluster], r)
		s.claim(r)
	}

	var d Delta
	for _, name := range slices.Sorted(maps.Keys(before)) {
		d.compare(name, before[name], inOrder(s.names[name]))
	}
	d.compareRejected(rejectedOf(old), rejectedOf(fresh))
	return d
}

// claimsOn lists, for every name that any of the rows has, who has it now.
func (s *state) claimsOn(rows ...[]*row) map[string][]*row {
	out := map[string][]*row{}
	for _, r := range slices.Concat(rows...) {
		if r.err != nil {
			continue
		}
		if _, known := out[r.app.Name]; !known {
			out[r.app.Name] = inOrder(s.names[r.app.Name])
		}
	}
	return out
}

func inOrder(rows []*row) []*row {
	return slices.SortedStableFunc(slices.Values(rows), func(a, b *row) int {
		return cmp.Or(compareOrigins(a.origin, b.origin), cmp.Compare(a.entry, b.entry))
	})
}

// compare notes what became of one name.
func (d *Delta) compare(name string, was, is []*row) {
	if len(was) > 1 && len(is) < 2 {
		d.Unique = append(d.Unique, name)
	}
	switch {
	case len(is) == 0 && len(was) > 0:
		d.Gone = append(d.Gone, Gone{name, was[0].origin})
	case slices.EqualFunc(was, is, sameRow):
	case len(is) == 1:
		d.Applications = append(d.Applications, *is[0].app)
		d.Origins = append(d.Origins, is[0].origin)
	default:
		d.Duplicates = append(d.Duplicates, duplicateOf(name, is))
	}
}

func sameRow(a, b *row) bool {
	return a == b || a.origin == b.origin && reflect.DeepEqual(a.app, b.app)
}

func duplicateOf(name string, rows []*row) Duplicate {
	d := Duplicate{Name: name, Origins: make([]Origin, len(rows)), Applications: make([]v1alpha1.Application, len(rows))}
	for i, r := range rows {
		d.Origins[i], d.Applications[i] = r.origin, *r.app
	}
	return d
}

// compareRejected notes which rows are refused for a new reason, and which not
// any more.
func (d *Delta) compareRejected(was, is []*row) {
	reasons := make(map[Origin]string, len(was))
	for _, r := range was {
		reasons[r.origin] = r.err.Error()
	}
	for _, r := range is {
		if reason, known := reasons[r.origin]; !known || reason != r.err.Error() {
			d.Rejected = append(d.Rejected, Row{r.origin, r.err})
		}
		delete(reasons, r.origin)
	}
	for _, r := range was {
		if _, left := reasons[r.origin]; left {
			d.Cleared = append(d.Cleared, r.origin)
		}
	}
}

func rejectedOf(rows []*row) []*row {
	var out []*row
	for _, r := range inOrder(rows) {
		if r.err != nil {
			out = append(out, r)
		}
	}
	return out
}
