package clusters

import (
	"fmt"
	"maps"

	fleetv1alpha1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

// FromCluster converts a fairlead.dev Cluster. What its agent reported becomes
// Facts; the labels are the object's own and nothing else.
func FromCluster(c *fleetv1alpha1.Cluster) Cluster {
	return Cluster{
		Name:        c.Name,
		Server:      fleetv1alpha1.ServerOf(c.Name, c.Spec),
		Project:     c.Spec.Project,
		Labels:      maps.Clone(c.Labels),
		Annotations: maps.Clone(c.Annotations),
		Facts:       factsOf(c.Status),
		Origin:      fmt.Sprintf("cluster %s/%s", c.Namespace, c.Name),
	}
}

func factsOf(s fleetv1alpha1.ClusterStatus) map[string]any {
	facts := map[string]any{}
	if s.KubernetesVersion != "" {
		facts["kubernetesVersion"] = s.KubernetesVersion
	}
	if s.Nodes != 0 {
		facts["nodes"] = s.Nodes
	}
	if s.GPUs != 0 {
		facts["gpus"] = s.GPUs
	}
	if len(facts) == 0 {
		return nil
	}
	return facts
}
