package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Release takes the marks of ownership off an Application's objects and leaves
// the objects as they are. Objects that are gone, or are another
// Application's, are passed over. The error names those that could not be
// released; the call is worth repeating.
func (e *Engine) Release(ctx context.Context, key Key, inv Inventory) error {
	errs := make([]error, len(inv))
	each(ctx, e.opts.Parallel, len(inv), func(i int) {
		errs[i] = e.releaseOne(ctx, key, inv[i].Ref)
	})
	if ctx.Err() != nil {
		errs = append(errs, context.Cause(ctx))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("release objects of %s: %w", key, err)
	}
	return nil
}

func (e *Engine) releaseOne(ctx context.Context, key Key, ref Ref) error {
	return e.retry(ctx, ref, func() error {
		kind, live, err := e.find(ctx, ref)
		if notInstalled(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", ref, err)
		}
		if live == nil || OwnerOf(live) != key.String() {
			return nil
		}
		patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
			"resourceVersion": live.GetResourceVersion(), // no other owner may come in between
			"labels":          map[string]any{LabelApplication: nil, LabelHook: nil},
			"annotations":     map[string]any{AnnotationApplication: nil},
		}})
		if err != nil {
			return fmt.Errorf("%s: %w", ref, err)
		}
		_, err = e.at(kind, ref).Patch(ctx, ref.Name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: FieldManager})
		if err != nil && !apierrors.IsNotFound(err) {
			return fmt.Errorf("%s: %w", ref, err)
		}
		return nil
	})
}
