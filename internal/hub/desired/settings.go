package desired

import (
	"maps"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// SetHealthRules takes in the fleet's own health rules, by key of their
// ConfigMap; nil for none.
func (x *Index) SetHealthRules(rules map[string]string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if maps.Equal(x.rules, rules) {
		return
	}
	x.rules = maps.Clone(rules)
	for cluster := range x.listeners {
		x.notify(cluster)
	}
}

// settings of a cluster; nil when it is not in the fleet. The lock is held.
func (x *Index) settings(cluster string) *deliveryv1.Settings {
	c := x.clusters[cluster]
	if c == nil {
		return nil
	}
	return &deliveryv1.Settings{
		Cluster: c.Name, Server: fleet.ServerOf(c.Name, c.Spec), Project: c.Spec.Project,
		Labels: c.Labels, HealthRules: x.rules,
	}
}

// settled: nothing that settings tell differs between two Clusters.
func settled(a, b *fleet.Cluster) bool {
	return a != nil && a.Spec == b.Spec && maps.Equal(a.Labels, b.Labels)
}
