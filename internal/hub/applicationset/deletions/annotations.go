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

// annotate is a patch of one annotation of the object with that UID.
func annotate(uid, key, value string) client.Patch {
	data, _ := json.Marshal(map[string]any{"metadata": map[string]any{ // strings always encode
		"uid": uid, "annotations": map[string]string{key: value},
	}})
	return client.RawPatch(types.MergePatchType, data)
}
