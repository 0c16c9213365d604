package clusters

import (
	"fmt"
	"maps"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

const (
	// SecretTypeLabel marks a Secret of Argo CD's; cluster Secrets carry the
	// value SecretTypeCluster.
	SecretTypeLabel = "argocd.argoproj.io/secret-type"
	// SecretTypeCluster is the value that cluster Secrets carry.
	SecretTypeCluster = "cluster"
)

// Selector is a compiled label selector over clusters.
type Selector struct {
	labels labels.Selector
	empty  bool
}

// NewSelector compiles a selector with Kubernetes' own rules for keys, values
// and operators. An empty one matches every cluster, the implicit one too; any
// other never matches the implicit cluster, as in Argo CD. A matchLabels entry
// for SecretTypeLabel selects clusters whatever its value, as there too.
func NewSelector(s metav1.LabelSelector) (Selector, error) {
	declared := s
	if _, ok := s.MatchLabels[SecretTypeLabel]; ok {
		declared.MatchLabels = maps.Clone(s.MatchLabels)
		declared.MatchLabels[SecretTypeLabel] = SecretTypeCluster
	}
	compiled, err := metav1.LabelSelectorAsSelector(&declared)
	if err != nil {
		return Selector{}, fmt.Errorf("selector: %w", err)
	}
	return Selector{labels: compiled, empty: len(s.MatchLabels)+len(s.MatchExpressions) == 0}, nil
}

// Matches says whether the selector reaches the cluster.
func (s Selector) Matches(c *Cluster) bool {
	if s.empty {
		return true
	}
	return !c.Implicit && s.labels.Matches(labelView{c.Labels})
}

// labelView shows a cluster's labels as if each had been declared by an Argo CD
// Secret, so that manifests which select on the Secret's own label keep working
// whatever object declared the cluster.
type labelView struct{ set labels.Set }

func (v labelView) Has(key string) bool {
	return key == SecretTypeLabel || v.set.Has(key)
}

func (v labelView) Get(key string) string {
	if key == SecretTypeLabel {
		return SecretTypeCluster
	}
	return v.set.Get(key)
}

func (v labelView) Lookup(key string) (string, bool) {
	if key == SecretTypeLabel {
		return SecretTypeCluster, true
	}
	return v.set.Lookup(key)
}
