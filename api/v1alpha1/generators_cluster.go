package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ClusterGenerator yields one parameter set per cluster whose labels match.
// An empty selector matches every cluster, in-cluster among them.
type ClusterGenerator struct {
	Selector metav1.LabelSelector   `json:"selector,omitempty"`
	Template ApplicationSetTemplate `json:"template,omitempty"`
	// Values become the parameters values.NAME; they may use the cluster's own.
	Values map[string]string `json:"values,omitempty"`
	// FlatList yields a single set instead, with all clusters in a list named
	// clusters.
	FlatList bool `json:"flatList,omitempty"`
}

// DuckTypeGenerator yields one parameter set per cluster that an object of any
// kind (a placement decision) lists in its status.
type DuckTypeGenerator struct {
	// ConfigMapRef names the ConfigMap that tells apiVersion, kind,
	// statusListKey and matchKey of the objects.
	ConfigMapRef string `json:"configMapRef"`
	// Name of the object, instead of LabelSelector.
	Name string `json:"name,omitempty"`
	// RequeueAfterSeconds between two looks; nil means the default.
	RequeueAfterSeconds *int64                 `json:"requeueAfterSeconds,omitempty"`
	LabelSelector       metav1.LabelSelector   `json:"labelSelector,omitempty"`
	Template            ApplicationSetTemplate `json:"template,omitempty"`
	// Values become the parameters values.NAME.
	Values map[string]string `json:"values,omitempty"`
}
