package generators

import "github.com/fairlead/fairlead/api/v1alpha1"

// kind is one kind of generator.
type kind struct {
	name    string
	present func(g *v1alpha1.ApplicationSetGenerator) bool
	// template is the generator's override of the set's template.
	template func(g *v1alpha1.ApplicationSetGenerator) *v1alpha1.ApplicationSetTemplate
	rows     func(e *Evaluator, path string, g *v1alpha1.ApplicationSetGenerator) ([]Row, error)
}

type generator = v1alpha1.ApplicationSetGenerator

// allKinds lists every generator, in the order in which those of one entry run.
func allKinds() []kind {
	type template = *v1alpha1.ApplicationSetTemplate
	return []kind{
		{"list", func(g *generator) bool { return g.List != nil },
			func(g *generator) template { return &g.List.Template }, (*Evaluator).list},
		{"clusters", func(g *generator) bool { return g.Clusters != nil },
			func(g *generator) template { return &g.Clusters.Template }, (*Evaluator).clusters},
		{"git", func(g *generator) bool { return g.Git != nil },
			func(g *generator) template { return &g.Git.Template }, (*Evaluator).git},
		{"scmProvider", func(g *generator) bool { return g.SCMProvider != nil },
			func(g *generator) template { return &g.SCMProvider.Template }, (*Evaluator).scmProvider},
		{"clusterDecisionResource", func(g *generator) bool { return g.ClusterDecisionResource != nil },
			func(g *generator) template { return &g.ClusterDecisionResource.Template }, (*Evaluator).decisions},
		{"pullRequest", func(g *generator) bool { return g.PullRequest != nil },
			func(g *generator) template { return &g.PullRequest.Template }, (*Evaluator).pullRequest},
		{"matrix", func(g *generator) bool { return g.Matrix != nil },
			func(g *generator) template { return &g.Matrix.Template }, (*Evaluator).matrix},
		{"merge", func(g *generator) bool { return g.Merge != nil },
			func(g *generator) template { return &g.Merge.Template }, (*Evaluator).merge},
		{"plugin", func(g *generator) bool { return g.Plugin != nil },
			func(g *generator) template { return &g.Plugin.Template }, (*Evaluator).plugin},
	}
}
