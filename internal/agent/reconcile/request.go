package reconcile

import (
	"fmt"
	"slices"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
)

// syncRequest is the operation in the engine's terms.
func (r *Reconciler) syncRequest(w *work, op v1alpha1.Operation, do doing) apply.SyncRequest {
	policy := w.app.Spec.SyncPolicy
	settings, _ := settingsOf(&w.app, op.Sync.SyncOptions)
	if s := op.Sync.SyncStrategy; s != nil {
		settings.Force = s.Apply != nil && s.Apply.Force || s.Hook != nil && s.Hook.Force
	}
	current := w.memory.Status.OperationState
	req := apply.SyncRequest{
		Manifests: do.manifests.With(settings), Inventory: w.managed(), SaveInventory: r.keepInventory(w),
		Known: r.known(w), Expire: r.expiry(w), Only: r.only(w, op, do), Prune: w.memory.Running.Prune, DryRun: op.Sync.DryRun,
		Healing:         w.memory.Running.Drift,
		SkipHooks:       op.Sync.IsApplyStrategy(),
		CreateNamespace: settings.CreateNamespace,
		// Attempts of one operation go on where the last one stopped; a retry begins again.
		Run:         fmt.Sprintf("%d-%d-%s%s", current.StartedAt.Unix(), current.RetryCount, w.memory.Running.Target, w.memory.OperationID),
		Confirmed:   v1alpha1.ApprovedSince(w.app.Annotations, current.StartedAt.Time),
		WaveTimeout: waveTimeout, PruneTimeout: pruneTimeout,
	}
	if policy != nil && policy.ManagedNamespaceMetadata != nil {
		req.NamespaceMetadata = &apply.NamespaceMetadata{
			Labels: policy.ManagedNamespaceMetadata.Labels, Annotations: policy.ManagedNamespaceMetadata.Annotations}
	}
	return req
}

// settingsOf an Application, with the options of an operation in place of its
// own if that has any, and what of them has no effect.
func settingsOf(app *v1alpha1.Application, options v1alpha1.SyncOptions) (apply.Settings, []string) {
	if p := app.Spec.SyncPolicy; len(options) == 0 && p != nil {
		options = p.SyncOptions
	}
	settings, warnings := apply.ParseSettings(options)
	settings.IgnoreDifferences = app.Spec.IgnoreDifferences
	settings.MigrationManager = app.Annotations[v1alpha1.AnnotationClientSideApplyMigrationManager]
	return settings, append(warnings, apply.IgnoreWarnings(app.Spec.IgnoreDifferences)...)
}

// only selects objects: what the operation names; nil is everything.
func (r *Reconciler) only(w *work, op v1alpha1.Operation, do doing) []apply.Ref {
	if len(op.Sync.Resources) == 0 {
		return nil
	}
	out := []apply.Ref{{Kind: "none", Name: "none"}} // naming nothing that exists is not naming everything
	for _, e := range w.managed().Union(do.manifests.Inventory()) {
		if slices.ContainsFunc(op.Sync.Resources, func(s v1alpha1.SyncOperationResource) bool {
			return s.Group == e.Group && s.Kind == e.Kind && s.Name == e.Name && (s.Namespace == "" || s.Namespace == e.Namespace)
		}) {
			out = append(out, e.Ref)
		}
	}
	return out
}
