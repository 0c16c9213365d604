package v1alpha1

// SyncOperationResult is what a sync did.
type SyncOperationResult struct {
	// Resources holds one entry per object touched.
	Resources ResourceResults `json:"resources,omitempty"`
	// Revision that was synced.
	Revision string `json:"revision"`
	// Source that was synced.
	Source ApplicationSource `json:"source,omitempty"`
	// Sources that were synced.
	Sources ApplicationSources `json:"sources,omitempty"`
	// Revisions that were synced, one per source.
	Revisions []string `json:"revisions,omitempty"`
	// ManagedNamespaceMetadata as it was then.
	ManagedNamespaceMetadata *ManagedNamespaceMetadata `json:"managedNamespaceMetadata,omitempty"`
}

// ResourceResults is a list of what happened to objects.
type ResourceResults []*ResourceResult

// ResourceResult is what happened to one object.
type ResourceResult struct {
	Group     string `json:"group"`
	Version   string `json:"version"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Status of applying or pruning; empty for a hook that has not run.
	Status ResultCode `json:"status,omitempty"`
	// Message for people.
	Message string `json:"message,omitempty"`
	// HookType, empty for an object that is no hook.
	HookType HookType `json:"hookType,omitempty"`
	// HookPhase is how far a hook is; also set for an object that is awaited.
	HookPhase OperationPhase `json:"hookPhase,omitempty"`
	// SyncPhase in which the object was applied.
	SyncPhase SyncPhase `json:"syncPhase,omitempty"`
	// Images that the object names.
	Images []string `json:"images,omitempty"`
}

// ResultCode is what happened to an object.
type ResultCode string

// What may happen to an object.
const (
	ResultCodeSynced       ResultCode = "Synced"
	ResultCodeSyncFailed   ResultCode = "SyncFailed"
	ResultCodePruned       ResultCode = "Pruned"
	ResultCodePruneSkipped ResultCode = "PruneSkipped"
)

// HookType is when a hook runs.
type HookType string

// When a hook may run.
const (
	// HookTypePreSync runs before anything is applied.
	HookTypePreSync HookType = "PreSync"
	// HookTypeSync runs along with what is applied.
	HookTypeSync HookType = "Sync"
	// HookTypePostSync runs when all that was applied is healthy.
	HookTypePostSync HookType = "PostSync"
	// HookTypeSyncFail runs when the sync failed.
	HookTypeSyncFail HookType = "SyncFail"
	// HookTypeSkip leaves the object alone.
	HookTypeSkip HookType = "Skip"
	// HookTypePreDelete runs before the Application's objects are deleted.
	HookTypePreDelete HookType = "PreDelete"
	// HookTypePostDelete runs after the Application's objects are deleted.
	HookTypePostDelete HookType = "PostDelete"
)

// HookDeletePolicy is when a hook object is deleted again.
type HookDeletePolicy string

// When a hook object may be deleted.
const (
	HookDeletePolicyHookSucceeded      HookDeletePolicy = "HookSucceeded"
	HookDeletePolicyHookFailed         HookDeletePolicy = "HookFailed"
	HookDeletePolicyBeforeHookCreation HookDeletePolicy = "BeforeHookCreation"
)

// SyncPhase is a part of a sync, in the order below.
type SyncPhase string

// The parts of a sync.
const (
	SyncPhasePreSync  SyncPhase = "PreSync"
	SyncPhaseSync     SyncPhase = "Sync"
	SyncPhasePostSync SyncPhase = "PostSync"
	SyncPhaseSyncFail SyncPhase = "SyncFail"
)
