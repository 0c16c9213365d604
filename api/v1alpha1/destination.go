package v1alpha1

// ApplicationDestination names a cluster, by server or by name (not both), and
// the namespace for objects that do not set one.
type ApplicationDestination struct {
	// Server is the cluster's address. For a cluster of this fleet it is an
	// identifier that nobody dials.
	Server string `json:"server,omitempty"`
	// Namespace for namespaced objects that do not name their own.
	Namespace string `json:"namespace,omitempty"`
	// Name of the cluster, instead of Server.
	Name string `json:"name,omitempty"`
}
