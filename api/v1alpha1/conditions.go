package v1alpha1

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ApplicationCondition is something that stands in an Application's way. A
// condition exists while it holds; it has no status and no reason. Messages
// carry no times and no counters, so that an unchanged state is not rewritten.
type ApplicationCondition struct {
	Type    ApplicationConditionType `json:"type"`
	Message string                   `json:"message"`
	// LastTransitionTime is when the condition last appeared or changed.
	LastTransitionTime *metav1.Time `json:"lastTransitionTime,omitempty"`
}

// IsError reports whether the condition is an error rather than a warning or
// a remark. Tools decide by the type's suffix, and so does this.
func (c *ApplicationCondition) IsError() bool { return strings.HasSuffix(c.Type, "Error") }

// ApplicationConditionType names a condition of an Application.
type ApplicationConditionType = string

// Conditions that Argo CD knows too.
const (
	// ApplicationConditionDeletionError: deleting what was delivered fails.
	ApplicationConditionDeletionError = "DeletionError"
	// ApplicationConditionInvalidSpecError: the spec cannot be used, or its
	// project forbids it.
	ApplicationConditionInvalidSpecError = "InvalidSpecError"
	// ApplicationConditionComparisonError: manifests cannot be fetched,
	// rendered or compared.
	ApplicationConditionComparisonError = "ComparisonError"
	// ApplicationConditionSyncError: an automated sync failed.
	ApplicationConditionSyncError = "SyncError"
	// ApplicationConditionUnknownError: something else failed.
	ApplicationConditionUnknownError = "UnknownError"
	// ApplicationConditionSharedResourceWarning: an object belongs to another
	// Application too.
	ApplicationConditionSharedResourceWarning = "SharedResourceWarning"
	// ApplicationConditionRepeatedResourceWarning: an object is in the source
	// more than once.
	ApplicationConditionRepeatedResourceWarning = "RepeatedResourceWarning"
	// ApplicationConditionExcludedResourceWarning: an object is of an excluded
	// kind and was left out.
	ApplicationConditionExcludedResourceWarning = "ExcludedResourceWarning"
	// ApplicationConditionOrphanedResourceWarning: the namespace holds objects
	// that belong to no Application.
	ApplicationConditionOrphanedResourceWarning = "OrphanedResourceWarning"
)

// Fairlead's own conditions of Applications.
const (
	// ApplicationConditionDestinationUnknown: no cluster of the fleet has the
	// destination's name or server. Nothing is delivered; what was delivered
	// before keeps running.
	ApplicationConditionDestinationUnknown = "DestinationUnknown"
	// ApplicationConditionNotDelivered: the destination's agent has never
	// enrolled, so there is nobody yet to deliver to.
	ApplicationConditionNotDelivered = "NotDelivered"
	// ApplicationConditionRevisionUnresolved: the hub cannot tell what the target
	// revision or a value file is now, or does not follow a chart's version that
	// was published anew. What was resolved last keeps running.
	ApplicationConditionRevisionUnresolved = "RevisionUnresolved"
	// ApplicationConditionRevisionResolvedByAgent: the hub has no credential
	// for the repository and the agent resolves revisions itself, so clusters
	// may run different commits.
	ApplicationConditionRevisionResolvedByAgent = "RevisionResolvedByAgent"
	// ApplicationConditionWorkloadOnHub: objects that need pods or nodes were
	// sent to in-cluster, and the hub runs none.
	ApplicationConditionWorkloadOnHub = "WorkloadOnHub"
	// ApplicationConditionOutOfSync: which objects are not as wanted, and why.
	ApplicationConditionOutOfSync = "OutOfSync"
	// ApplicationConditionRenderWarning: the source renders, but part of it has
	// no effect or comes out otherwise each time.
	ApplicationConditionRenderWarning = "RenderWarning"
	// ApplicationConditionSyncWaitsForWindow: a sync window of the project is in
	// the way of a sync.
	ApplicationConditionSyncWaitsForWindow = "SyncWaitsForWindow"
	// ApplicationConditionOrphaned: the agent runs and heals this Application
	// although the hub's set for its cluster no longer has it, and no
	// tombstone says to stop.
	ApplicationConditionOrphaned = "Orphaned"
	// ApplicationConditionPaused: the Application is held at a state, with the
	// reason that a person gave, and does not follow its sources until resumed.
	ApplicationConditionPaused = "Paused"
	// ApplicationConditionPauseInvalid: AnnotationPaused cannot be followed and
	// has no effect; the Application follows its sources.
	ApplicationConditionPauseInvalid = "PauseInvalid"
	// ApplicationConditionDeletionHeld: the Application is being deleted, but
	// no cause is recorded or the deletion budget is spent. Nothing is sent to
	// the agent until somebody approves.
	ApplicationConditionDeletionHeld = "DeletionHeld"
	// ApplicationConditionTombstonePending: the order to delete or release has
	// been issued and the agent has not acknowledged it.
	ApplicationConditionTombstonePending = "TombstonePending"
)
