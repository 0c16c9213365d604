package v1alpha1

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ApplicationSetGenerator yields parameters. One of its generators is set;
// Selector then keeps only the parameter sets that it matches.
type ApplicationSetGenerator struct {
	List                    *ListGenerator        `json:"list,omitempty"`
	Clusters                *ClusterGenerator     `json:"clusters,omitempty"`
	Git                     *GitGenerator         `json:"git,omitempty"`
	SCMProvider             *SCMProviderGenerator `json:"scmProvider,omitempty"`
	ClusterDecisionResource *DuckTypeGenerator    `json:"clusterDecisionResource,omitempty"`
	PullRequest             *PullRequestGenerator `json:"pullRequest,omitempty"`
	Matrix                  *MatrixGenerator      `json:"matrix,omitempty"`
	Merge                   *MergeGenerator       `json:"merge,omitempty"`
	Selector                *metav1.LabelSelector `json:"selector,omitempty"`
	Plugin                  *PluginGenerator      `json:"plugin,omitempty"`
}

// ApplicationSetNestedGenerator is a generator inside a matrix or a merge. A
// matrix or merge in it is kept as JSON; ToNestedMatrixGenerator and
// ToNestedMergeGenerator read it.
type ApplicationSetNestedGenerator struct {
	List                    *ListGenerator        `json:"list,omitempty"`
	Clusters                *ClusterGenerator     `json:"clusters,omitempty"`
	Git                     *GitGenerator         `json:"git,omitempty"`
	SCMProvider             *SCMProviderGenerator `json:"scmProvider,omitempty"`
	ClusterDecisionResource *DuckTypeGenerator    `json:"clusterDecisionResource,omitempty"`
	PullRequest             *PullRequestGenerator `json:"pullRequest,omitempty"`
	// Matrix in the form of NestedMatrixGenerator.
	Matrix *apiextensionsv1.JSON `json:"matrix,omitempty"`
	// Merge in the form of NestedMergeGenerator.
	Merge    *apiextensionsv1.JSON `json:"merge,omitempty"`
	Selector *metav1.LabelSelector `json:"selector,omitempty"`
	Plugin   *PluginGenerator      `json:"plugin,omitempty"`
}

// ApplicationSetNestedGenerators is a list of nested generators.
type ApplicationSetNestedGenerators []ApplicationSetNestedGenerator

// ApplicationSetTerminalGenerator is a generator inside a nested matrix or
// merge: it cannot be a matrix or merge itself.
type ApplicationSetTerminalGenerator struct {
	List                    *ListGenerator        `json:"list,omitempty"`
	Clusters                *ClusterGenerator     `json:"clusters,omitempty"`
	Git                     *GitGenerator         `json:"git,omitempty"`
	SCMProvider             *SCMProviderGenerator `json:"scmProvider,omitempty"`
	ClusterDecisionResource *DuckTypeGenerator    `json:"clusterDecisionResource,omitempty"`
	PullRequest             *PullRequestGenerator `json:"pullRequest,omitempty"`
	Plugin                  *PluginGenerator      `json:"plugin,omitempty"`
	Selector                *metav1.LabelSelector `json:"selector,omitempty"`
}

// ApplicationSetTerminalGenerators is a list of terminal generators.
type ApplicationSetTerminalGenerators []ApplicationSetTerminalGenerator

func (gs ApplicationSetTerminalGenerators) toNested() []ApplicationSetNestedGenerator {
	nested := make([]ApplicationSetNestedGenerator, 0, len(gs))
	for _, g := range gs {
		nested = append(nested, ApplicationSetNestedGenerator{
			List: g.List, Clusters: g.Clusters, Git: g.Git, SCMProvider: g.SCMProvider,
			ClusterDecisionResource: g.ClusterDecisionResource, PullRequest: g.PullRequest,
			Plugin: g.Plugin, Selector: g.Selector,
		})
	}
	return nested
}
