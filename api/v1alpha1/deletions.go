package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Fairlead's own annotations that guard against mass deletion.
const (
	// AnnotationMaxDeletions on an ApplicationSet says how many Applications it
	// may lose within its window: "5", "10%", or "5,10%" for the larger of both.
	AnnotationMaxDeletions = "fairlead.dev/max-deletions"
	// AnnotationDeletionWindow on an ApplicationSet is the length of the sliding
	// window that losses are counted over, as "10m".
	AnnotationDeletionWindow = "fairlead.dev/deletion-window"
	// AnnotationAllowEmpty set to "true" on an ApplicationSet lets it lose all
	// its Applications at once, as far as AnnotationMaxDeletions permits.
	AnnotationAllowEmpty = "fairlead.dev/allow-empty"
	// AnnotationApproveDeletions holds the digest of the held deletions that a
	// person lets go. It approves exactly these. On an ApplicationSet the digest
	// is that of status.deletionsHeld, on an Application the one that its
	// condition DeletionHeld names. It is used once: an ApplicationSet's loop
	// takes it off, also if it is not the digest of what is held now, so that an
	// old word does not let the same victims go another time.
	AnnotationApproveDeletions = "fairlead.dev/approve-deletions"
	// AnnotationKeepWorkloads on a held Application that is being deleted lets
	// it go without any order to the agent: what runs keeps running and healing.
	// The value is the digest, as in AnnotationApproveDeletions. On an
	// ApplicationSet it does the same for all that its guard holds.
	AnnotationKeepWorkloads = "fairlead.dev/keep-workloads"
	// AnnotationDeletionCause on an Application records why its set's loop
	// deletes it: the generation that the decision was made on, a space, and a
	// DeletionCause.
	AnnotationDeletionCause = "fairlead.dev/deletion-cause"
	// AnnotationPullRequest marks an Application whose row came from a
	// pullRequest generator: closing the pull request ends it. The value is
	// REPOSITORY#NUMBER, with the host before it where the generator names one;
	// of several, with commas between.
	AnnotationPullRequest = "fairlead.dev/pull-request"
)

// DeletionCause is why a set's loop deletes an Application.
type DeletionCause string

const (
	// DeletionWithinGuard: the row left, and the set's guard allows it.
	DeletionWithinGuard DeletionCause = "within-guard"
	// DeletionApproved: a person approved it by digest.
	DeletionApproved DeletionCause = "approved"
	// DeletionPullRequestClosed: the row's pull request closed.
	DeletionPullRequestClosed DeletionCause = "pull-request-closed"
	// DeletionKept: a person wants the Application to go and its workloads to
	// stay.
	DeletionKept DeletionCause = "kept"
)

// DeletionsHeld lists what a set would delete, and does not until somebody
// approves.
type DeletionsHeld struct {
	// Digest of the victims; approve it to delete exactly these.
	Digest string `json:"digest"`
	// Since is when the hold began.
	Since metav1.Time `json:"since"`
	// Count of all victims.
	Count int32 `json:"count"`
	// Holding stands for all victims: short hashes of their UIDs, in base64.
	// What is held does not go as a closed pull request later.
	Holding string `json:"holding,omitempty"`
	// Victims by name, bounded in number.
	Victims []DeletionVictim `json:"victims,omitempty"`
}

// DeletionVictim is an Application whose deletion is held.
type DeletionVictim struct {
	// Name of the Application.
	Name string `json:"name"`
	// Cluster that it is delivered to.
	Cluster string `json:"cluster,omitempty"`
	// RenamedTo is the cluster that seems to be Cluster under a new name.
	RenamedTo string `json:"renamedTo,omitempty"`
}

// DeletionWindow remembers the losses that count against a limit, so that a
// restart forgets none.
type DeletionWindow struct {
	// Losses, oldest first, those of a while in one entry.
	Losses []DeletionLosses `json:"losses,omitempty"`
	// Going are the victims that were let go last, by DeletionCause: short
	// hashes of their UIDs, in base64. Those that are still seen are not judged
	// again.
	Going map[DeletionCause]string `json:"going,omitempty"`
}

// DeletionLosses are the losses of a short while.
type DeletionLosses struct {
	// At is when the last of them happened.
	At metav1.Time `json:"at"`
	// Count of losses.
	Count int32 `json:"count"`
	// Size before the first of them.
	Size int32 `json:"size"`
}
