package deletions

import (
	"slices"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
)

// compared are the held victims with what tells a renamed cluster.
func (r round) compared() []guard.Victim {
	out := slices.Clone(r.verdict.Held)
	for i := range out {
		app := r.wanted[out[i].UID]
		out[i].Server = app.Spec.Destination.Server
		out[i].Likeness = guard.LikenessOf(app, out[i].Cluster)
	}
	return out
}

// margin is how much younger than every victim an Application must be to be a
// gain: those of one first write are not.
const margin = 2 * time.Second

// gains are what is created in this round, or was since then: a renamed
// cluster's new rows may come before its old ones go, or after.
func (r round) gains(changes []plan.Change, owned []*v1alpha1.Application, since time.Time) []guard.Gain {
	for _, app := range r.wanted {
		if younger := app.CreationTimestamp.Add(margin); younger.After(since) {
			since = younger
		}
	}
	var out []guard.Gain
	for _, c := range changes {
		if c.Live == nil {
			out = append(out, gainOf(c.Want))
		}
	}
	for _, app := range owned {
		if r.wanted[string(app.UID)] == nil && !app.CreationTimestamp.Time.Before(since) {
			out = append(out, gainOf(app))
		}
	}
	return out
}

func gainOf(app *v1alpha1.Application) guard.Gain {
	cluster := guard.ClusterOf(app)
	return guard.Gain{Name: app.Name, Cluster: cluster, Server: app.Spec.Destination.Server, Likeness: guard.LikenessOf(app, cluster)}
}
