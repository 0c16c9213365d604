package wake

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// How often the answers behind a generator are asked for anew, unless its
// requeueAfterSeconds says otherwise. Git revisions are asked for once for the
// whole fleet, so a Git generator has no default of its own.
const (
	placementInterval = 3 * time.Minute
	hostInterval      = 30 * time.Minute // scmProvider, pullRequest, plugin
	// resync expands every set from nothing, whatever has or has not happened.
	resync = 10 * time.Hour
	// jitter is added to every interval: a fraction of it.
	jitter = 0.1
)

// intervalOf is how long a set may go without looking: the shortest of its
// generators', at any depth. Zero or negative requeueAfterSeconds turn a
// generator's own off, as in Argo CD.
// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Git/
func intervalOf(set *v1alpha1.ApplicationSet) time.Duration {
	shortest := resync
	for _, g := range leaves(set) {
		if every := lookEvery(g); every > 0 {
			shortest = min(shortest, every)
		}
	}
	return shortest
}

// lookEvery is a generator's own interval; 0 for none.
func lookEvery(g leaf) time.Duration {
	switch {
	case g.Git != nil:
		return seconds(g.Git.RequeueAfterSeconds, 0)
	case g.SCMProvider != nil:
		return seconds(g.SCMProvider.RequeueAfterSeconds, hostInterval)
	case g.PullRequest != nil:
		return seconds(g.PullRequest.RequeueAfterSeconds, hostInterval)
	case g.Plugin != nil:
		return seconds(g.Plugin.RequeueAfterSeconds, hostInterval)
	case g.ClusterDecisionResource != nil:
		return seconds(g.ClusterDecisionResource.RequeueAfterSeconds, placementInterval)
	default:
		return 0
	}
}

func seconds(s *int64, otherwise time.Duration) time.Duration {
	if s == nil {
		return otherwise
	}
	return time.Duration(min(max(*s, 0), int64(resync/time.Second))) * time.Second
}

// Ages are how old the answer to a question of each kind may be: the shortest
// interval of the set's generators of that kind.
func Ages(set *v1alpha1.ApplicationSet) map[string]time.Duration {
	ages := map[string]time.Duration{}
	for _, g := range leaves(set) {
		kind, every := kindOf(g), lookEvery(g)
		if every <= 0 {
			every = resync
		}
		if known, ok := ages[kind]; !ok || every < known {
			ages[kind] = every
		}
	}
	return ages
}

// kindOf names a generator as questions do; "" for those that ask none.
func kindOf(g leaf) string {
	switch {
	case g.SCMProvider != nil:
		return "scmProvider"
	case g.PullRequest != nil:
		return "pullRequest"
	case g.Plugin != nil:
		return "plugin"
	case g.ClusterDecisionResource != nil:
		return "clusterDecisionResource"
	default:
		return ""
	}
}

// Polls is true for sets with a Git generator that asks for looks of its own,
// more often than the fleet's.
func Polls(set *v1alpha1.ApplicationSet) bool {
	return slices.ContainsFunc(leaves(set), func(g leaf) bool { return g.Git != nil && lookEvery(g) > 0 })
}

// LooksOutside is true for sets that may expand otherwise although nothing that
// the hub watches has changed.
func LooksOutside(set *v1alpha1.ApplicationSet) bool {
	return slices.ContainsFunc(leaves(set), func(g leaf) bool { return g.Git != nil || kindOf(g) != "" })
}

// Due is when a set is to be looked at although nothing has woken it. Sets that
// were looked at together are due at different times.
func Due(set *v1alpha1.ApplicationSet, now time.Time) time.Time {
	return now.Add(jittered(intervalOf(set)))
}

func jittered(d time.Duration) time.Duration {
	return d + time.Duration(rand.Float64()*jitter*float64(d))
}
