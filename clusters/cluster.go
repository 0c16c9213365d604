package clusters

import (
	fleetv1alpha1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

// Cluster is one member of the fleet as generators see it. Treat it as
// read-only: its maps are shared by every expansion of an inventory.
type Cluster struct {
	// Name as users write it in destination.name; not normalized.
	Name string
	// Server is the address that destination.server uses; an identifier.
	Server string
	// Project limits the cluster to one AppProject; empty means every project.
	Project string
	// Labels are what selectors match and templates read.
	Labels map[string]string
	// Annotations are readable by templates and never selected on.
	Annotations map[string]string
	// Facts are what the cluster's agent reported (kubernetesVersion, nodes,
	// gpus). They are data for templates, never labels.
	Facts map[string]any
	// Implicit marks the hub's own cluster when no object stands for it. It
	// has no labels, so only an empty selector reaches it.
	Implicit bool
	// Secret marks a cluster that an Argo CD cluster Secret declares. The hub
	// uses no credential, so it is delivered to only once a fairlead.dev
	// Cluster of its name has an agent.
	Secret bool
	// Origin names the object that declared the cluster, for messages; empty
	// for the implicit one.
	Origin string
}

// Local returns the implicit in-cluster of an inventory that names none.
func Local() Cluster {
	return Cluster{
		Name:     fleetv1alpha1.InClusterName,
		Server:   fleetv1alpha1.InClusterServer,
		Implicit: true,
	}
}
