package v1alpha1

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	// InClusterName is the name of the cluster that the hub itself runs on,
	// as Argo CD calls it.
	InClusterName = "in-cluster"
	// InClusterServer is the server address of InClusterName, as in Argo CD.
	InClusterServer = "https://kubernetes.default.svc"
)

// Cluster conditions.
const (
	// ClusterConnected says whether the agent's session is open.
	ClusterConnected = "Connected"
	// ClusterEnrolled says whether an agent has ever been given a certificate.
	ClusterEnrolled = "Enrolled"
)

// Cluster is one member of the fleet. Its metadata.labels are what cluster
// generators select on; only people (and admin rules) set them, never an agent.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=clusters,categories=fairlead
// +kubebuilder:printcolumn:name="Connected",type=string,JSONPath=`.status.conditions[?(@.type=="Connected")].status`
// +kubebuilder:printcolumn:name="Kubernetes",type=string,JSONPath=`.status.kubernetesVersion`
// +kubebuilder:printcolumn:name="Agent",type=string,JSONPath=`.status.agentVersion`
// +kubebuilder:printcolumn:name="Nodes",type=integer,JSONPath=`.status.nodes`
// +kubebuilder:printcolumn:name="GPUs",type=integer,JSONPath=`.status.gpus`
// +kubebuilder:printcolumn:name="Last Seen",type=date,JSONPath=`.status.lastSeen`
type Cluster struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   ClusterSpec   `json:"spec,omitempty"`
	Status ClusterStatus `json:"status,omitempty"`
}

// ClusterSpec is what people say of a cluster.
type ClusterSpec struct {
	// Server is the address that destination.server and {{server}} use. It is
	// an identifier and never dialled. Empty means
	// https://NAME.clusters.fairlead.dev.
	Server string `json:"server,omitempty"`
	// Project limits the cluster to one AppProject, as the project field of an
	// Argo CD cluster Secret does. Empty means every project.
	Project string `json:"project,omitempty"`
}

// ClusterStatus is what the agent reported and what the hub saw of it.
type ClusterStatus struct {
	// AgentVersion is the version of the agent that last connected.
	AgentVersion string `json:"agentVersion,omitempty"`
	// KubernetesVersion is the gitVersion of the cluster's API server.
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`
	// LastSeen is when the agent last connected or disconnected.
	LastSeen *metav1.Time `json:"lastSeen,omitempty"`
	// Nodes counts the cluster's nodes.
	Nodes int64 `json:"nodes,omitempty"`
	// GPUs sums the nodes' nvidia.com/gpu, amd.com/gpu and gpu.intel.com/*
	// capacity.
	GPUs int64 `json:"gpus,omitempty"`
	// Identity is the UID that certificates of this enrolment carry. A new
	// enrolment of the same name has another.
	Identity string `json:"identity,omitempty"`
	// Holder names the hub replica that holds the agent's session; empty when
	// the agent is not connected.
	Holder string `json:"holder,omitempty"`
	// Conditions hold Connected and Enrolled.
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// ClusterList is a list of clusters.
//
// +kubebuilder:object:root=true
type ClusterList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Cluster `json:"items"`
}

// ServerKey is what two addresses of one server have in common: a slash at the
// end makes no difference, as in Argo CD.
func ServerKey(server string) string { return strings.TrimRight(server, "/") }

// ServerOf returns the server identifier of the named cluster: spec.server,
// or the default made of its name.
func ServerOf(name string, spec ClusterSpec) string {
	switch {
	case spec.Server != "":
		return spec.Server
	case name == InClusterName:
		return InClusterServer
	default:
		return fmt.Sprintf("https://%s.clusters.fairlead.dev", name)
	}
}
