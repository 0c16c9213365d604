package apply

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// SyncRequest says what to bring to the cluster, and how.
type SyncRequest struct {
	// Manifests wanted.
	Manifests *Manifests
	// Inventory as last saved.
	Inventory Inventory
	// SaveInventory is called before anything is applied and after pruning,
	// whenever the inventory has changed. An error stops the sync before it
	// touches more. Nil saves nothing (DryRun never saves).
	SaveInventory func(ctx context.Context, inv Inventory) error
	// Known spares requests for unchanged objects.
	Known Known
	// Only selects objects (selective sync); empty means all.
	Only []Ref
	// SkipHooks leaves hooks out (strategy apply). A selective sync runs none
	// either.
	SkipHooks bool
	// Healing drift is no new release: hooks are left out, and what is to be
	// made anew by every sync is not.
	Healing bool
	// Run names the operation that this sync is an attempt of. A hook that an
	// earlier attempt of the same run made is waited for, not run again. "":
	// hooks run every time.
	Run string
	// Prune deletes what the inventory has and Manifests do not.
	Prune bool
	// Propagation of those deletions. Default: as the manifests' settings say.
	Propagation metav1.DeletionPropagation
	// Confirmed: a person has approved the removal of what asks for it
	// (Prune=confirm).
	Confirmed bool
	// CreateNamespace makes the manifests' namespace if it is absent. It is
	// never deleted again.
	CreateNamespace bool
	// NamespaceMetadata is kept on that namespace (managedNamespaceMetadata).
	NamespaceMetadata *NamespaceMetadata
	// WaveTimeout bounds the wait for the health of one wave before the next
	// (the last wave is waited for only if hooks
	// run in it or after it). 0: as long as ctx lives.
	WaveTimeout time.Duration
	// PruneTimeout bounds the wait for pruned objects to be gone. What is
	// still there stays in the inventory. Default 30 s.
	PruneTimeout time.Duration
	// Expire turns an object's health into Degraded once it has been as it is
	// for too long; a wave is waited for no longer than that. Nil: never. Hooks
	// have deadlines of their own.
	Expire func(ref Ref, generation int64, h v1alpha1.HealthStatus) v1alpha1.HealthStatus
	// DryRun sends everything as a dry run and saves nothing.
	DryRun bool
	// Progress is told of each result as it comes, one call at a time.
	Progress func(ItemResult)
}

// NamespaceMetadata is set on the namespace that CreateNamespace makes.
type NamespaceMetadata struct {
	Labels, Annotations map[string]string
}

// SyncResult is what a sync did.
type SyncResult struct {
	// Items in the order of work: applied ones by wave, then pruned ones.
	Items []ItemResult
	// Inventory after the sync, as last saved.
	Inventory Inventory
	// Failed is true if an object failed, a wave did not become healthy, or
	// waves were left out because of it. Message says which.
	Failed  bool
	Message string
	// Waiting is true if nothing went wrong, but a wave is not healthy yet, or
	// a removal is not approved yet: the sync is to be repeated.
	Waiting bool
}

// DeleteOptions of Engine.Delete.
type DeleteOptions struct {
	// Save is called whenever the inventory shrank. Nil saves nothing.
	Save func(ctx context.Context, inv Inventory) error
	// Manifests whose PreDelete and PostDelete hooks run; nil runs none.
	Manifests *Manifests
	// Run names this deletion: a hook that an earlier attempt of it made is
	// waited for, not run again. Default: the key's UID.
	Run string
	// Settings of the Application: what may be deleted, and how.
	Settings Settings
	// Confirmed: a person has approved the removal of what asks for it
	// (Delete=confirm).
	Confirmed bool
	// Propagation of the deletions. Default: as Settings say.
	Propagation metav1.DeletionPropagation
	// Timeout bounds the wait for objects to be gone, per wave. Default 60 s.
	Timeout time.Duration
}
