package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// under has one Application in this phase of an operation, whose agent ends
// what it is told to.
func under(app *v1alpha1.Application) client.Client {
	return fake.NewClientBuilder().WithScheme(newScheme()).WithObjects(app).WithStatusSubresource(app).
		WithInterceptorFuncs(interceptor.Funcs{SubResourcePatch: func(ctx context.Context, c client.Client, sub string, o client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
			if err := c.SubResource(sub).Patch(ctx, o, patch, opts...); err != nil {
				return err
			}
			ended := o.DeepCopyObject().(*v1alpha1.Application)
			if ended.Status.OperationState.Phase != v1alpha1.OperationTerminating {
				return nil
			}
			ended.Status.OperationState.Phase, ended.Status.OperationState.Message = v1alpha1.OperationFailed, "Operation terminated"
			return c.Status().Update(ctx, ended)
		}}).Build()
}

func TestAbort(t *testing.T) {
	running := func(phase v1alpha1.OperationPhase) *v1alpha1.OperationState {
		return &v1alpha1.OperationState{Phase: phase}
	}
	waiting := &v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{}}
	for name, c := range map[string]struct {
		waits *v1alpha1.Operation
		state *v1alpha1.OperationState
		code  int
		says  string
	}{
		"running":               {state: running(v1alpha1.OperationRunning), says: "Failed: Operation terminated"},
		"waiting":               {waits: waiting, says: "withdrawn"},
		"waiting after another": {waits: waiting, state: running(v1alpha1.OperationSucceeded), says: "withdrawn"},
		"waiting and running":   {waits: waiting, state: running(v1alpha1.OperationRunning), says: "Failed: Operation terminated"},
		"nothing":               {code: codeDiffers},
		"over":                  {state: running(v1alpha1.OperationSucceeded), code: codeDiffers},
	} {
		app := askedFor(c.waits)
		app.Status.OperationState = c.state
		hub, key := under(app), client.ObjectKeyFromObject(app)
		var out bytes.Buffer
		err := abortOne(t.Context(), hub, streams{out: &out, err: &out}, key, false, 5*time.Second)
		code := codeOK
		if exit := (*exitError)(nil); errors.As(err, &exit) {
			code = exit.code
		} else if err != nil {
			t.Fatal(name, err)
		}
		if code != c.code || !strings.Contains(out.String(), c.says) {
			t.Errorf("%s: exit code %d, said %q", name, code, out.String())
		}
		got := &v1alpha1.Application{}
		if err := hub.Get(t.Context(), key, got); err != nil {
			t.Fatal(err)
		}
		if got.Operation != nil {
			t.Errorf("%s: operation %+v still waits", name, got.Operation)
		}
	}
}
