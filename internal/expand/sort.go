package expand

import (
	"cmp"
	"slices"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// sort splits what was rendered into Applications, rejected rows and
// duplicates, each in an order that does not depend on the order of inputs.
func sort(jobs []job) Result {
	slices.SortStableFunc(jobs, func(a, b job) int {
		return cmp.Or(cmp.Compare(a.name(), b.name()), compareOrigins(a.row.Origin, b.row.Origin))
	})
	result := Result{
		Applications: make([]v1alpha1.Application, 0, len(jobs)),
		Origins:      make([]Origin, 0, len(jobs)),
	}
	for len(jobs) > 0 {
		if jobs[0].err != nil {
			result.Rejected = append(result.Rejected, Row{jobs[0].row.Origin, jobs[0].err})
			jobs = jobs[1:]
			continue
		}
		n := 1
		for n < len(jobs) && jobs[n].err == nil && jobs[n].app.Name == jobs[0].app.Name {
			n++
		}
		apps, origins := take(jobs[:n])
		if n == 1 {
			result.Applications = append(result.Applications, apps[0])
			result.Origins = append(result.Origins, origins[0])
		} else {
			result.Duplicates = append(result.Duplicates, Duplicate{Name: apps[0].Name, Origins: origins, Applications: apps})
		}
		jobs = jobs[n:]
	}
	slices.SortStableFunc(result.Rejected, func(a, b Row) int { return compareOrigins(a.Origin, b.Origin) })
	return result
}

func take(jobs []job) ([]v1alpha1.Application, []Origin) {
	apps := make([]v1alpha1.Application, len(jobs))
	origins := make([]Origin, len(jobs))
	for i, j := range jobs {
		apps[i], origins[i] = *j.app, j.row.Origin
	}
	return apps, origins
}

func (j *job) name() string {
	if j.app == nil {
		return ""
	}
	return j.app.Name
}

func compareOrigins(a, b Origin) int {
	return cmp.Or(
		cmp.Compare(a.Generator, b.Generator),
		cmp.Compare(a.Cluster, b.Cluster),
		cmp.Compare(a.Element, b.Element),
	)
}
