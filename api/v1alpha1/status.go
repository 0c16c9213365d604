package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ApplicationStatus is what is known of a delivered Application. The replica
// of the hub that holds the agent's session writes what the agent reports
// (resources, sync, health, history, operationState and what goes with them);
// the hub's leader writes the conditions.
type ApplicationStatus struct {
	// Resources holds one entry per object, bounded in number.
	Resources []ResourceStatus `json:"resources,omitempty"`
	// Sync compares what should run with what does.
	Sync SyncStatus `json:"sync,omitempty"`
	// Health of the whole.
	Health AppHealthStatus `json:"health,omitempty"`
	// History of successful syncs, oldest first.
	History RevisionHistories `json:"history,omitempty"`
	// Conditions hold what stands in the way.
	Conditions []ApplicationCondition `json:"conditions,omitempty"`
	// ReconciledAt is when the comparison was last made afresh.
	ReconciledAt *metav1.Time `json:"reconciledAt,omitempty"`
	// OperationState tells of the sync under way, or of the last one.
	OperationState *OperationState `json:"operationState,omitempty"`
	// ObservedAt is read for old objects and no longer written.
	ObservedAt *metav1.Time `json:"observedAt,omitempty"`
	// SourceType is the renderer used for the single source.
	SourceType ApplicationSourceType `json:"sourceType,omitempty"`
	// Summary of what the objects say.
	Summary ApplicationSummary `json:"summary,omitempty"`
	// ResourceHealthSource says where the health of objects is kept: empty for
	// Resources, "appTree" for elsewhere.
	ResourceHealthSource ResourceHealthLocation `json:"resourceHealthSource,omitempty"`
	// SourceTypes are the renderers used, one per source.
	SourceTypes []ApplicationSourceType `json:"sourceTypes,omitempty"`
	// ControllerNamespace is the namespace of the hub that reconciles this.
	ControllerNamespace string `json:"controllerNamespace,omitempty"`
	// SourceHydrator tells of hydration.
	SourceHydrator SourceHydratorStatus `json:"sourceHydrator,omitempty"`
	// Delivery is Fairlead's own: where the Application has been delivered.
	Delivery *DeliveryStatus `json:"delivery,omitempty"`
}

// DeliveryStatus records where an Application is delivered and what is said of
// it there.
type DeliveryStatus struct {
	// Cluster is the name of the cluster that the Application is delivered to.
	// When the destination changes, the objects there are released; only then
	// does the name change. The hub's leader alone writes it.
	Cluster string `json:"cluster,omitempty"`
	// Conditions are the agent's share of status.conditions, as it reported
	// them. The replica that holds the agent's session writes them; the leader
	// joins them with its own.
	Conditions []ApplicationCondition `json:"conditions,omitempty"`
}

// ResourceHealthLocation says where the health of single objects is kept.
type ResourceHealthLocation string

// Where the health of single objects may be kept.
const (
	ResourceHealthLocationInline  ResourceHealthLocation = ""
	ResourceHealthLocationAppTree ResourceHealthLocation = "appTree"
)

// ApplicationSummary gathers what the objects say of themselves.
type ApplicationSummary struct {
	// ExternalURLs under which the Application can be reached.
	ExternalURLs []string `json:"externalURLs,omitempty"`
	// Images that the live objects run.
	Images []string `json:"images,omitempty"`
	// IsAppOfApps says that Applications are among the objects.
	IsAppOfApps bool `json:"isAppOfApps,omitempty"`
}

// ResourceStatus is the state of one object.
type ResourceStatus struct {
	Group     string `json:"group,omitempty"`
	Version   string `json:"version,omitempty"`
	Kind      string `json:"kind,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
	// Status says whether the object is as the source has it.
	Status SyncStatusCode `json:"status,omitempty"`
	// Health of the object; nil for kinds that have none.
	Health *HealthStatus `json:"health,omitempty"`
	// Hook says that the object is a hook.
	Hook bool `json:"hook,omitempty"`
	// RequiresPruning says that the object left the source.
	RequiresPruning bool `json:"requiresPruning,omitempty"`
	// SyncWave that the object is applied in.
	SyncWave int64 `json:"syncWave,omitempty"`
	// RequiresDeletionConfirmation says that a person must approve deleting it.
	RequiresDeletionConfirmation bool `json:"requiresDeletionConfirmation,omitempty"`
}

// SyncStatus compares what should run with what does.
type SyncStatus struct {
	// Status of the comparison.
	Status SyncStatusCode `json:"status"`
	// ComparedTo is what the comparison was made with.
	ComparedTo ComparedTo `json:"comparedTo,omitempty"`
	// Revision that was compared with.
	Revision string `json:"revision,omitempty"`
	// Revisions that were compared with, one per source.
	Revisions []string `json:"revisions,omitempty"`
}

// SyncStatusCode is the outcome of a comparison.
type SyncStatusCode string

// The outcomes of a comparison.
const (
	// SyncStatusCodeUnknown means that no comparison could be made.
	SyncStatusCodeUnknown SyncStatusCode = "Unknown"
	// SyncStatusCodeSynced means that all is as it should be.
	SyncStatusCodeSynced SyncStatusCode = "Synced"
	// SyncStatusCodeOutOfSync means that something differs.
	SyncStatusCodeOutOfSync SyncStatusCode = "OutOfSync"
)

// ComparedTo is the part of a spec that a comparison was made with.
type ComparedTo struct {
	Source            ApplicationSource      `json:"source,omitempty"`
	Destination       ApplicationDestination `json:"destination"`
	Sources           ApplicationSources     `json:"sources,omitempty"`
	IgnoreDifferences IgnoreDifferences      `json:"ignoreDifferences,omitempty"`
}

// RevisionHistories is a list of past syncs, oldest first.
type RevisionHistories []RevisionHistory

// RevisionHistory is one past sync.
type RevisionHistory struct {
	// Revision that was synced.
	Revision string `json:"revision,omitempty"`
	// DeployedAt is when the sync completed.
	DeployedAt metav1.Time `json:"deployedAt"`
	// ID rises by one with each entry and is never used again.
	ID int64 `json:"id"`
	// Source that was synced.
	Source ApplicationSource `json:"source,omitempty"`
	// DeployStartedAt is when the sync began.
	DeployStartedAt *metav1.Time `json:"deployStartedAt,omitempty"`
	// Sources that were synced.
	Sources ApplicationSources `json:"sources,omitempty"`
	// Revisions that were synced, one per source.
	Revisions []string `json:"revisions,omitempty"`
	// InitiatedBy says who asked for the sync.
	InitiatedBy OperationInitiator `json:"initiatedBy,omitempty"`
	// Digests is Fairlead's own: of the content that was synced, one per source,
	// "" for Git, whose commits are digests; none where there is no other.
	Digests []string `json:"digests,omitempty"`
	// Files is Fairlead's own: the value files at URLs that were used.
	Files []RevisionFile `json:"files,omitempty"`
}

// RevisionFile is a file at a URL as it was once.
type RevisionFile struct {
	URL string `json:"url"`
	// Digest is "sha256:" and 64 hexadecimal digits.
	Digest string `json:"digest"`
}
