package wake

import (
	"encoding/json"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// leaf is a generator that holds no other.
type leaf = v1alpha1.ApplicationSetTerminalGenerator

// leaves lists the generators of a set that hold no others, at any depth, in
// order. What does not decode is left out: expansion reports it.
func leaves(set *v1alpha1.ApplicationSet) []leaf {
	var out []leaf
	for i := range set.Spec.Generators {
		g := &set.Spec.Generators[i]
		out = append(out, leaf{
			List: g.List, Clusters: g.Clusters, Git: g.Git, SCMProvider: g.SCMProvider,
			ClusterDecisionResource: g.ClusterDecisionResource, PullRequest: g.PullRequest, Plugin: g.Plugin,
		})
		if g.Matrix != nil {
			out = leavesOf(out, g.Matrix.Generators)
		}
		if g.Merge != nil {
			out = leavesOf(out, g.Merge.Generators)
		}
	}
	return out
}

func leavesOf(out []leaf, nested []v1alpha1.ApplicationSetNestedGenerator) []leaf {
	for i := range nested {
		g := &nested[i]
		out = append(out, leaf{
			List: g.List, Clusters: g.Clusters, Git: g.Git, SCMProvider: g.SCMProvider,
			ClusterDecisionResource: g.ClusterDecisionResource, PullRequest: g.PullRequest, Plugin: g.Plugin,
		})
		for _, combined := range []*apiextensionsv1.JSON{g.Matrix, g.Merge} {
			var deeper struct {
				Generators []v1alpha1.ApplicationSetNestedGenerator `json:"generators"`
			}
			if combined != nil && json.Unmarshal(combined.Raw, &deeper) == nil {
				out = leavesOf(out, deeper.Generators)
			}
		}
	}
	return out
}
