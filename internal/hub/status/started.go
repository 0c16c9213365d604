package status

import (
	"context"
	"encoding/json"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
)

// takeOffs is how often a started operation is tried to be taken off when it
// changes in between.
const takeOffs = 3

// started takes the operation off an Application once the agent has begun it,
// as Argo CD's controller does. It looks at the object anew, so that a request
// made since stays. What cannot be taken off now is with the next report.
func (w *Writer) started(ctx context.Context, app *v1alpha1.Application, id string) error {
	if app.Operation == nil || id == "" {
		return nil
	}
	for range takeOffs {
		err := w.takeOff(ctx, client.ObjectKeyFromObject(app), id)
		if apierrors.IsInvalid(err) || apierrors.IsConflict(err) {
			continue // it is another request by now: ask again
		}
		if client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("take operation off application %s/%s: %w", app.Namespace, app.Name, err)
		}
		return nil
	}
	return nil
}

// takeOff removes the operation if it is the one with id. The patch tests it as
// the API server has it, fields that this version does not know among them.
func (w *Writer) takeOff(ctx context.Context, key client.ObjectKey, id string) error {
	raw := &unstructured.Unstructured{}
	raw.SetGroupVersionKind(v1alpha1.SchemeGroupVersion.WithKind(v1alpha1.ApplicationKind))
	if err := w.Live.Get(ctx, key, raw); err != nil {
		return err
	}
	app := &v1alpha1.Application{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(raw.Object, app); err != nil {
		return fmt.Errorf("%w: %w", errUnusable, err)
	}
	pending, err := delivery.OperationOf(app)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnusable, err)
	}
	if pending.GetId() != id {
		return nil
	}
	patch, err := json.Marshal([]operation{
		{Op: "test", Path: "/metadata/uid", Value: app.UID},
		{Op: "test", Path: "/operation", Value: raw.Object["operation"]},
		{Op: "remove", Path: "/operation"},
	})
	if err != nil {
		return err
	}
	return w.Client.Patch(ctx, app, client.RawPatch(types.JSONPatchType, patch))
}
