package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// endingIn is a hub whose agent begins and ends every operation at once, in
// this phase; "" never ends one.
func endingIn(phase v1alpha1.OperationPhase) client.Client {
	return fake.NewClientBuilder().WithScheme(newScheme()).WithObjects(askedFor(nil)).WithStatusSubresource(askedFor(nil)).
		WithInterceptorFuncs(interceptor.Funcs{Patch: func(ctx context.Context, c client.WithWatch, o client.Object, patch client.Patch, opts ...client.PatchOption) error {
			if err := c.Patch(ctx, o, patch, opts...); err != nil || phase == "" {
				return err
			}
			app := o.DeepCopyObject().(*v1alpha1.Application)
			app.Operation = nil
			if err := c.Update(ctx, app); err != nil {
				return err
			}
			app.Status.OperationState = &v1alpha1.OperationState{Phase: phase, Message: "said by the agent"}
			return c.Status().Update(ctx, app)
		}}).Build()
}

func TestSyncEndsWithItsExitCode(t *testing.T) {
	for phase, want := range map[v1alpha1.OperationPhase]int{
		v1alpha1.OperationSucceeded: codeOK, v1alpha1.OperationFailed: codePartly, v1alpha1.OperationError: codePartly, "": codeTimeout,
	} {
		var out bytes.Buffer
		err := syncOne(t.Context(), endingIn(phase), streams{out: &out, err: io.Discard}, client.ObjectKeyFromObject(askedFor(nil)),
			(&syncFlags{}).operation, false, 300*time.Millisecond)
		code := codeOK
		if exit := (*exitError)(nil); errors.As(err, &exit) {
			code = exit.code
		} else if err != nil {
			t.Fatal(err)
		}
		if code != want {
			t.Errorf("phase %q: exit code %d, want %d; said %q", phase, code, want, out.String())
		}
	}
}
