package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ApplicationSetStatus is what is known of a set.
type ApplicationSetStatus struct {
	// Conditions, one per type.
	Conditions []ApplicationSetCondition `json:"conditions,omitempty"`
	// ApplicationStatus tells how far each Application is in a rollout.
	ApplicationStatus []ApplicationSetApplicationStatus `json:"applicationStatus,omitempty"`
	// Resources are the Applications of the set, bounded in number, those that
	// are not healthy first.
	Resources []ResourceStatus `json:"resources,omitempty"`
	// ResourcesCount counts all the Applications of the set.
	ResourcesCount int64 `json:"resourcesCount,omitempty"`
	// Health of the whole.
	Health HealthStatus `json:"health,omitempty"`
	// DeletionsHeld is Fairlead's own: what the set's guard holds; nil for
	// nothing.
	DeletionsHeld *DeletionsHeld `json:"deletionsHeld,omitempty"`
	// DeletionWindow is Fairlead's own: the losses that the set's guard counts.
	// It is written with deletions only.
	DeletionWindow *DeletionWindow `json:"deletionWindow,omitempty"`
}

// ApplicationSetApplicationStatus is how far one Application is in a rollout.
type ApplicationSetApplicationStatus struct {
	// Application by name.
	Application        string       `json:"application"`
	LastTransitionTime *metav1.Time `json:"lastTransitionTime,omitempty"`
	// Message for people.
	Message string                    `json:"message"`
	Status  ProgressiveSyncStatusCode `json:"status"`
	// Step of the rollout that the Application belongs to, counted from "1";
	// "-1" when no step selects it.
	Step string `json:"step"`
	// TargetRevisions that the Application is to reach, one per source.
	TargetRevisions []string `json:"targetRevisions"`
}

// ProgressiveSyncStatusCode is how far an Application is in a rollout.
type ProgressiveSyncStatusCode string

// How far an Application may be in a rollout.
const (
	// ProgressiveSyncWaiting waits for its step.
	ProgressiveSyncWaiting ProgressiveSyncStatusCode = "Waiting"
	// ProgressiveSyncPending has been told to sync and has not begun.
	ProgressiveSyncPending ProgressiveSyncStatusCode = "Pending"
	// ProgressiveSyncProgressing has begun.
	ProgressiveSyncProgressing ProgressiveSyncStatusCode = "Progressing"
	// ProgressiveSyncHealthy has arrived.
	ProgressiveSyncHealthy ProgressiveSyncStatusCode = "Healthy"
)
