package deletions

import (
	"context"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// consume takes approvals off the set: they were for one digest, once.
func (g *Guard) consume(ctx context.Context, set *v1alpha1.ApplicationSet) error {
	before := set.DeepCopy()
	delete(set.Annotations, v1alpha1.AnnotationApproveDeletions)
	delete(set.Annotations, v1alpha1.AnnotationKeepWorkloads)
	if len(before.Annotations) == len(set.Annotations) {
		return nil
	}
	status := set.Status
	patch := map[string]any{"metadata": map[string]any{
		"resourceVersion": set.ResourceVersion,
		"annotations":     map[string]any{v1alpha1.AnnotationApproveDeletions: nil, v1alpha1.AnnotationKeepWorkloads: nil},
	}}
	data, err := json.Marshal(patch)
	if err != nil {
		return err
	}
	if err := g.Client.Patch(ctx, set, client.RawPatch(types.MergePatchType, data)); err != nil {
		return fmt.Errorf("take the used approval off applicationset %s/%s: %w", set.Namespace, set.Name, err)
	}
	set.Status = status
	return nil
}

// mark is a patch that annotates app, and leaves it these finalizers, if it is
// still as it was read.
func mark(app *v1alpha1.Application, key, value string, finalizers []string) client.Patch {
	metadata := map[string]any{
		"uid": app.UID, "resourceVersion": app.ResourceVersion, "annotations": map[string]string{key: value},
	}
	if len(finalizers) != len(app.Finalizers) {
		metadata["finalizers"] = finalizers
	}
	data, _ := json.Marshal(map[string]any{"metadata": metadata}) // strings always encode
	return client.RawPatch(types.MergePatchType, data)
}
