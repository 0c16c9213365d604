package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// HealthStatusCode is how well an object or an Application is.
type HealthStatusCode string

// Health, best first.
const (
	// HealthStatusHealthy is as it should be.
	HealthStatusHealthy HealthStatusCode = "Healthy"
	// HealthStatusSuspended is paused on purpose.
	HealthStatusSuspended HealthStatusCode = "Suspended"
	// HealthStatusProgressing is not healthy and may become so by itself.
	HealthStatusProgressing HealthStatusCode = "Progressing"
	// HealthStatusMissing does not exist on the cluster.
	HealthStatusMissing HealthStatusCode = "Missing"
	// HealthStatusDegraded failed, or took too long.
	HealthStatusDegraded HealthStatusCode = "Degraded"
	// HealthStatusUnknown could not be judged.
	HealthStatusUnknown HealthStatusCode = "Unknown"
)

// HealthStatus is the health of one object, or of a set.
type HealthStatus struct {
	Status  HealthStatusCode `json:"status,omitempty"`
	Message string           `json:"message,omitempty"`
	// LastTransitionTime is when Status last changed; not kept for objects in
	// status.resources.
	LastTransitionTime *metav1.Time `json:"lastTransitionTime,omitempty"`
}

// AppHealthStatus is the health of an Application.
type AppHealthStatus struct {
	Status  HealthStatusCode `json:"status,omitempty"`
	Message string           `json:"message,omitempty"`
	// LastTransitionTime is when Status last changed.
	LastTransitionTime *metav1.Time `json:"lastTransitionTime,omitempty"`
}
