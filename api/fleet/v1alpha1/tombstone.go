package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// TombstoneAction is what an agent does with an Application that has ended.
//
// +kubebuilder:validation:Enum=delete;release
type TombstoneAction string

const (
	// TombstoneDelete removes the Application's objects from the cluster.
	TombstoneDelete TombstoneAction = "delete"
	// TombstoneRelease forgets the objects: labels off, healing stops.
	TombstoneRelease TombstoneAction = "release"
)

// Tombstone is an order to one cluster's agent that outlives the Application
// it was issued for. It stands until the agent acknowledges it, the cluster
// leaves, or an Application of the same key comes back for that cluster.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=tombstones,categories=fairlead
// +kubebuilder:printcolumn:name="Cluster",type=string,JSONPath=`.spec.cluster`
// +kubebuilder:printcolumn:name="Application",type=string,JSONPath=`.spec.application.name`
// +kubebuilder:printcolumn:name="Action",type=string,JSONPath=`.spec.action`
// +kubebuilder:printcolumn:name="Acknowledged",type=boolean,JSONPath=`.status.acknowledged`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Tombstone struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   TombstoneSpec   `json:"spec"`
	Status TombstoneStatus `json:"status,omitempty"`
}

// TombstoneSpec never changes once written.
type TombstoneSpec struct {
	// Cluster is the name of the Cluster whose agent must act.
	Cluster string `json:"cluster"`
	// Application that ended.
	Application ApplicationKey `json:"application"`
	// Action to take.
	Action TombstoneAction `json:"action"`
	// Cause in words: what was deleted or changed.
	Cause string `json:"cause,omitempty"`
}

// TombstoneStatus is the agent's answer.
type TombstoneStatus struct {
	// Acknowledged is true once the agent has carried the order out.
	Acknowledged bool `json:"acknowledged,omitempty"`
	// Remaining counts the objects that are still in the cluster.
	Remaining int32 `json:"remaining,omitempty"`
	// Message says why objects remain.
	Message string `json:"message,omitempty"`
}

// ApplicationKey names one Application of the fleet.
type ApplicationKey struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// UID tells two Applications of one name apart.
	UID string `json:"uid"`
}

// TombstoneList is a list of tombstones.
//
// +kubebuilder:object:root=true
type TombstoneList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Tombstone `json:"items"`
}
