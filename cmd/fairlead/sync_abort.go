package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// abortOne ends the operation that is under way the way Argo CD's tools do, by
// writing phase Terminating, and waits for its end. One that has not begun is
// withdrawn.
func abortOne(ctx context.Context, c client.Client, s streams, key types.NamespacedName, async bool, timeout time.Duration) error {
	what := "application " + key.Name
	withdrawn, running, err := askToEnd(ctx, c, key)
	switch {
	case err != nil:
		return err
	case withdrawn:
		fmt.Fprintf(s.out, "%s: the sync that waited is withdrawn\n", what)
	}
	switch {
	case !running:
		return nil
	case async:
		fmt.Fprintf(s.err, "%s: its end is asked for\n", what)
		return nil
	}
	state, err := awaitEnd(ctx, c, key, timeout)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s: %s: %s\n", what, state.Phase, printable(state.Message))
	return nil
}

// askToEnd what waits and what runs; an error if there is neither.
func askToEnd(ctx context.Context, c client.Client, key types.NamespacedName) (withdrawn, running bool, err error) {
	err = retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		app := &v1alpha1.Application{}
		if err := c.Get(ctx, key, app); err != nil {
			return err
		}
		if app.Operation != nil {
			before := app.DeepCopy()
			app.Operation = nil
			if err := c.Patch(ctx, app, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
				return err
			}
			withdrawn = true
		}
		state := app.Status.OperationState
		if state == nil || state.Phase.Completed() {
			if withdrawn {
				return nil
			}
			return exitf(codeDiffers, "application %s: no sync is under way", key.Name)
		}
		running = true
		if state.Phase == v1alpha1.OperationTerminating {
			return nil
		}
		before := app.DeepCopy()
		state.Phase = v1alpha1.OperationTerminating
		return c.Status().Patch(ctx, app, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	})
	if refused := (*exitError)(nil); errors.As(err, &refused) {
		return withdrawn, running, err
	}
	return withdrawn, running, fromHub(err, "application "+key.Name)
}

// awaitEnd waits until no operation is under way.
func awaitEnd(ctx context.Context, c client.Client, key types.NamespacedName, timeout time.Duration) (*v1alpha1.OperationState, error) {
	app := &v1alpha1.Application{}
	err := wait.PollUntilContextTimeout(ctx, 250*time.Millisecond, timeout, true, func(ctx context.Context) (bool, error) {
		if err := c.Get(ctx, key, app); err != nil {
			return false, err
		}
		return app.Status.OperationState != nil && app.Status.OperationState.Phase.Completed(), nil
	})
	switch {
	case err == nil:
		return app.Status.OperationState, nil
	case wait.Interrupted(err) && ctx.Err() == nil:
		return nil, exitf(codeTimeout, "application %s: the sync has not ended after %s; cluster %q: %s", key.Name, timeout, clusterOf(app), problemOf(app))
	default:
		return nil, fromHub(err, "application "+key.Name)
	}
}
