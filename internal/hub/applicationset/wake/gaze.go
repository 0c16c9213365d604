package wake

import (
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
)

// gaze is what the generators of a set see of the fleet.
type gaze struct {
	everything bool
	selectors  []clusters.Selector
}

// gazeOf reads a set's generators. A selector that a matrix templates, or that
// does not compile, may reach any cluster, and so may a placement.
func gazeOf(set *v1alpha1.ApplicationSet) gaze {
	var out gaze
	for _, g := range leaves(set) {
		if g.ClusterDecisionResource != nil {
			return gaze{everything: true}
		}
		if g.Clusters == nil {
			continue
		}
		selector, err := clusters.NewSelector(g.Clusters.Selector)
		if err != nil {
			return gaze{everything: true}
		}
		out.selectors = append(out.selectors, selector)
	}
	return out
}

// SeesClusters is true for sets with a generator that sees clusters.
func SeesClusters(set *v1alpha1.ApplicationSet) bool { return gazeOf(set).looks() }

// looks is true for sets that see clusters at all.
func (g gaze) looks() bool { return g.everything || len(g.selectors) > 0 }

// concerns is true if the set saw the cluster as it was, or sees it as it is;
// nil stands for a cluster that was not, or is not, there.
func (g gaze) concerns(was, is *clusters.Cluster) bool {
	if g.everything {
		return true
	}
	for _, s := range g.selectors {
		if was != nil && s.Matches(was) || is != nil && s.Matches(is) {
			return true
		}
	}
	return false
}
