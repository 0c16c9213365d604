package expand

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
)

// sort splits what was rendered into Applications, rejected rows and
// duplicates, each in an order that does not depend on the order of inputs.
func sort(jobs []job) Result {
	ordered := byName(jobs)
	var result Result
	single := make([]*job, 0, len(jobs))
	for len(ordered) > 0 {
		first, n := ordered[0].job, 1
		if first.err != nil {
			result.Rejected = append(result.Rejected, Row{first.row.Origin, first.err})
			ordered = ordered[1:]
			continue
		}
		for n < len(ordered) && ordered[n].job.err == nil && ordered[n].name == ordered[0].name {
			n++
		}
		if n == 1 {
			single = append(single, first)
		} else {
			result.Duplicates = append(result.Duplicates, duplicate(ordered[:n]))
		}
		ordered = ordered[n:]
	}
	result.Applications, result.Origins = take(single)
	slices.SortStableFunc(result.Rejected, func(a, b Row) int { return compareOrigins(a.Origin, b.Origin) })
	return result
}

// place is a job with what it is sorted by.
type place struct {
	name string // of its Application; rejected rows have none and come first
	job  *job
	at   int // where it was
}

// byName sorts by name, then by origin, then as they were.
func byName(jobs []job) []place {
	out := make([]place, len(jobs))
	for i := range jobs {
		out[i] = place{job: &jobs[i], at: i}
		if app := jobs[i].app; app != nil {
			out[i].name = app.Name
		}
	}
	compare := func(a, b place) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return cmp.Or(compareOrigins(a.job.row.Origin, b.job.row.Origin), cmp.Compare(a.at, b.at))
	}
	if !slices.IsSortedFunc(out, compare) {
		slices.SortFunc(out, compare)
	}
	return out
}

func duplicate(places []place) Duplicate {
	jobs := make([]*job, len(places))
	for i, p := range places {
		jobs[i] = p.job
	}
	d := Duplicate{Name: places[0].name}
	d.Applications, d.Origins = take(jobs)
	return d
}

func take(jobs []*job) ([]v1alpha1.Application, []Origin) {
	origins := make([]Origin, len(jobs))
	whole := wholeSlab(jobs)
	var apps []v1alpha1.Application
	if whole {
		apps = jobs[0].slab.apps
	} else {
		apps = make([]v1alpha1.Application, len(jobs))
	}
	generators.InChunks(len(jobs), 0, func(start, end int) {
		for i := start; i < end; i++ {
			origins[i] = jobs[i].row.Origin
			if !whole {
				apps[i] = *jobs[i].app
			}
		}
	})
	return apps, origins
}

// wholeSlab says that the jobs are those of one rendering, all of them and in
// its order, so that their Applications need not be copied together.
func wholeSlab(jobs []*job) bool {
	if len(jobs) == 0 || jobs[0].slab == nil || len(jobs[0].slab.apps) != len(jobs) {
		return false
	}
	for i, j := range jobs {
		if j.app != &jobs[0].slab.apps[i] {
			return false
		}
	}
	return true
}

func compareOrigins(a, b Origin) int {
	return cmp.Or(
		cmp.Compare(a.Generator, b.Generator),
		cmp.Compare(a.Cluster, b.Cluster),
		cmp.Compare(a.Element, b.Element),
		cmp.Compare(a.PullRequest, b.PullRequest),
		cmp.Compare(a.Question, b.Question),
	)
}
