package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Operation is a request for work on an Application: a sync.
type Operation struct {
	// Sync says what to sync; nil makes the operation invalid.
	Sync *SyncOperation `json:"sync,omitempty"`
	// InitiatedBy says who asked.
	InitiatedBy OperationInitiator `json:"initiatedBy,omitempty"`
	// Info is shown to people and has no effect.
	Info []*Info `json:"info,omitempty"`
	// Retry if the sync fails.
	Retry RetryStrategy `json:"retry,omitempty"`
}

// OperationInitiator is who asked for an operation.
type OperationInitiator struct {
	// Username, when a person or account asked.
	Username string `json:"username,omitempty"`
	// Automated, when spec.syncPolicy.automated asked.
	Automated bool `json:"automated,omitempty"`
}

// SyncOperation is what a sync does.
type SyncOperation struct {
	// Revision to sync to; empty means the source's target revision.
	Revision string `json:"revision,omitempty"`
	// Prune deletes objects that left the source.
	Prune bool `json:"prune,omitempty"`
	// DryRun changes nothing.
	DryRun bool `json:"dryRun,omitempty"`
	// SyncStrategy chooses between applying with and without hooks.
	SyncStrategy *SyncStrategy `json:"syncStrategy,omitempty"`
	// Resources limits the sync to these objects; empty means all.
	Resources []SyncOperationResource `json:"resources,omitempty"`
	// Source to use instead of the spec's, as a rollback does.
	Source *ApplicationSource `json:"source,omitempty"`
	// Manifests to use instead of rendered ones, one document each.
	Manifests []string `json:"manifests,omitempty"`
	// SyncOptions to use instead of the policy's.
	SyncOptions SyncOptions `json:"syncOptions,omitempty"`
	// Sources to use instead of the spec's.
	Sources ApplicationSources `json:"sources,omitempty"`
	// Revisions to sync to, one per source.
	Revisions []string `json:"revisions,omitempty"`
	// SelfHealAttemptsCount counts attempts to heal at the same revision.
	SelfHealAttemptsCount int64 `json:"autoHealAttemptsCount,omitempty"`
}

// SyncOperationResource names one object to sync.
type SyncOperationResource struct {
	Group     string `json:"group,omitempty"`
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
	// Exclude takes the object out instead; never written to the API.
	Exclude bool `json:"-"`
}

// SyncStrategy chooses how objects are applied; at most one field is set, and
// none means Hook.
type SyncStrategy struct {
	Apply *SyncStrategyApply `json:"apply,omitempty"`
	Hook  *SyncStrategyHook  `json:"hook,omitempty"`
}

// SyncStrategyApply applies without running hooks.
type SyncStrategyApply struct {
	// Force deletes and creates an object that cannot be updated.
	Force bool `json:"force,omitempty"`
}

// SyncStrategyHook applies and runs hooks.
type SyncStrategyHook struct {
	SyncStrategyApply `json:",inline"`
}

// IsApplyStrategy tells whether hooks are left out, as Argo CD decides it.
func (o *SyncOperation) IsApplyStrategy() bool {
	return o.SyncStrategy != nil && o.SyncStrategy.Apply != nil
}

// OperationState tells of the operation under way, or of the last one.
type OperationState struct {
	// Operation that was asked for.
	Operation Operation `json:"operation"`
	// Phase it is in.
	Phase OperationPhase `json:"phase"`
	// Message for people.
	Message string `json:"message,omitempty"`
	// SyncResult is what the sync did, object by object.
	SyncResult *SyncOperationResult `json:"syncResult,omitempty"`
	// StartedAt is when it began.
	StartedAt metav1.Time `json:"startedAt"`
	// FinishedAt is when it completed; nil while it runs.
	FinishedAt *metav1.Time `json:"finishedAt,omitempty"`
	// RetryCount counts the attempts after the first one.
	RetryCount int64 `json:"retryCount,omitempty"`
}

// OperationPhase is how far an operation is.
type OperationPhase string

// Phases of an operation.
const (
	// OperationRunning is under way.
	OperationRunning OperationPhase = "Running"
	// OperationTerminating was told to stop and has not yet.
	OperationTerminating OperationPhase = "Terminating"
	// OperationFailed ran, and objects or hooks failed.
	OperationFailed OperationPhase = "Failed"
	// OperationError could not run.
	OperationError OperationPhase = "Error"
	// OperationSucceeded did all it was asked for.
	OperationSucceeded OperationPhase = "Succeeded"
)

// Completed reports whether nothing more will happen.
func (p OperationPhase) Completed() bool {
	return p == OperationFailed || p == OperationError || p == OperationSucceeded
}

// Running reports whether the operation is under way.
func (p OperationPhase) Running() bool { return p == OperationRunning }

// Successful reports whether the operation did all it was asked for.
func (p OperationPhase) Successful() bool { return p == OperationSucceeded }

// Failed reports whether the operation ran and failed.
func (p OperationPhase) Failed() bool { return p == OperationFailed }
