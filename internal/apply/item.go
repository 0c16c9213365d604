package apply

import "github.com/fairlead/fairlead/api/v1alpha1"

// State of an object compared with what is wanted.
type State string

// States, spelled as Argo CD's sync status of a resource.
const (
	StateSynced    State = "Synced"
	StateOutOfSync State = "OutOfSync"
	// StateUnknown: the comparison itself failed.
	StateUnknown State = "Unknown"
)

// Reason why an object is not Synced.
type Reason string

// Reasons of an Item.
const (
	ReasonMissing          Reason = "Missing"          // wanted, not there
	ReasonDiffers          Reason = "Differs"          // there, not as wanted: see Item.Fields
	ReasonPrune            Reason = "RequiresPruning"  // there, no longer wanted
	ReasonDeleting         Reason = "Deleting"         // being deleted, waiting for finalizers
	ReasonOwnedByAnother   Reason = "OwnedByAnother"   // another Application's object
	ReasonKindNotInstalled Reason = "KindNotInstalled" // the cluster does not serve the kind (yet)
	ReasonRefused          Reason = "Refused"          // by Prepare or by the API server
	ReasonNotAllowed       Reason = "NotAllowed"       // by Options.Allow: it will never be applied here
	ReasonNotPermitted     Reason = "NotPermitted"     // by Manifests.Permit: the sync fails because of it
	ReasonError            Reason = "Error"            // the comparison failed
)

// Item is one object as Compare found it.
type Item struct {
	Ref
	State  State
	Reason Reason
	// Message names the object and says what is the matter; "" when Synced.
	Message string
	// Fields that differ, as paths (spec.template.spec.containers[0].image),
	// sorted, never with values; at most 20.
	Fields []string
	// Health of the live object; Missing if there is none; "" for kinds
	// without health.
	Health v1alpha1.HealthStatus
	// HealthIgnored: the live object asks that its health not count.
	HealthIgnored bool
	// ExtraIgnored: the live object asks not to count when it is not wanted.
	ExtraIgnored bool
	// Wave of the object (argocd.argoproj.io/sync-wave).
	Wave int
	// UID of the live object, "" if there is none; Generation of its spec.
	UID        string
	Generation int64
	// Digest and Signature are worth remembering as Applied when the state is
	// Synced; "" otherwise.
	Digest, Signature string
}

// Outcome of one object in a sync.
type Outcome string

// Outcomes, spelled as Argo CD's result codes.
const (
	Synced       Outcome = "Synced"
	SyncFailed   Outcome = "SyncFailed"
	Pruned       Outcome = "Pruned"
	PruneSkipped Outcome = "PruneSkipped"
)

// ItemResult is what a sync did with one object.
type ItemResult struct {
	Ref
	Outcome Outcome
	// Message: created, configured, unchanged, pruned, or what went wrong.
	Message string
	// Health after the sync, as last read.
	Health v1alpha1.HealthStatus
	Wave   int
	UID    string
	// Generation of the spec that Health is of; 0 for kinds without.
	Generation int64
	// Digest and Signature to remember as Applied; "" unless Outcome is Synced.
	Digest, Signature string
	// Hook is the phase of a hook; "" for an ordinary object.
	Hook v1alpha1.HookType
	// Changed tells whether the sync changed the object.
	Changed bool
}
