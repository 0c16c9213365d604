package apply

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/util/csaupgrade"
)

// appliers are the field managers of tools that bring whole manifests. Their
// fields become ours when an object becomes ours, so that what leaves the
// manifests leaves the cluster; fields of controllers and of people's edits
// (kubectl-edit, kubectl-patch, kubectl-scale, ...) stay theirs. See
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#migration-between-client-side-and-server-side-apply
//
// before-first-apply is what the API server calls whoever wrote an object that
// had no managed fields.
var appliers = sets.New("kubectl-client-side-apply", "kubectl-last-applied", "kubectl", "kubectl-create", "kubectl-replace", "helm", "Helm",
	"argocd-controller", "argocd-application-controller", "before-first-apply")

// takeOver moves the fields of other appliers to FieldManager, before the
// object is applied.
func (e *Engine) takeOver(ctx context.Context, kind Kind, o object, live *unstructured.Unstructured, s Settings) error {
	if s.KeepManagers {
		return nil
	}
	managers := appliers
	if s.MigrationManager != "" {
		managers = appliers.Clone().Insert(s.MigrationManager)
	}
	return e.moveFields(ctx, kind, o.ref, live, func(m metav1.ManagedFieldsEntry) bool { return managers.Has(m.Manager) })
}

// ownReplaced makes what FieldManager has put as a whole its applied fields:
// else a field that leaves later would stay.
func (e *Engine) ownReplaced(ctx context.Context, kind Kind, ref Ref, live *unstructured.Unstructured) error {
	return e.moveFields(ctx, kind, ref, live, func(m metav1.ManagedFieldsEntry) bool {
		return m.Manager == FieldManager && m.Operation == metav1.ManagedFieldsOperationUpdate
	})
}

// moveFields from the managers chosen to FieldManager; a change that comes in
// between is looked at anew.
func (e *Engine) moveFields(ctx context.Context, kind Kind, ref Ref, live *unstructured.Unstructured, chosen func(metav1.ManagedFieldsEntry) bool) error {
	return e.retry(ctx, ref, func() error {
		if live == nil {
			var err error
			if live, err = e.get(ctx, kind, ref); err != nil || live == nil {
				return err
			}
		}
		moved, err := moveManagers(live.GetManagedFields(), live.GetAPIVersion(), chosen)
		if err != nil || moved == nil {
			return err
		}
		patch, err := json.Marshal([]map[string]any{
			{"op": "replace", "path": "/metadata/managedFields", "value": moved},
			{"op": "replace", "path": "/metadata/resourceVersion", "value": live.GetResourceVersion()},
		})
		if err != nil {
			return err
		}
		live = nil
		_, err = e.at(kind, ref).Patch(ctx, ref.Name, types.JSONPatchType, patch, metav1.PatchOptions{FieldManager: FieldManager})
		if err != nil {
			return fmt.Errorf("take over its fields: %w", err)
		}
		return nil
	})
}

// moveManagers gives the managed fields with those of the chosen managers
// under FieldManager; nil if there is nothing to move. Entries of apiVersion
// come first: those of other versions cannot be joined with them, and lose
// their owner.
func moveManagers(fields []metav1.ManagedFieldsEntry, apiVersion string, chosen func(metav1.ManagedFieldsEntry) bool) ([]metav1.ManagedFieldsEntry, error) {
	holder := &metav1.ObjectMeta{ManagedFields: slices.Clone(fields)}
	var names []string
	for i, m := range fields {
		if m.Subresource != "" || !chosen(m) {
			continue
		}
		// A name of its own: one manager may have several entries.
		name := fmt.Sprintf("%s-from-%d", FieldManager, i)
		holder.ManagedFields[i].Manager, holder.ManagedFields[i].Operation = name, metav1.ManagedFieldsOperationUpdate
		if m.APIVersion == apiVersion {
			names = slices.Insert(names, 0, name)
		} else {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	obj := &metav1.PartialObjectMetadata{ObjectMeta: *holder}
	for _, name := range names {
		if err := csaupgrade.UpgradeManagedFields(obj, sets.New(name), FieldManager); err != nil {
			return nil, fmt.Errorf("take over its fields: %w", err)
		}
	}
	return obj.ManagedFields, nil
}
