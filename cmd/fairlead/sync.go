package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

func newSyncCommand(s streams) *cobra.Command {
	hub, flags := &hubFlags{}, &syncFlags{}
	var (
		async, abort bool
		timeout      time.Duration
	)
	c := &cobra.Command{
		Use:   "sync APP...",
		Short: "Sync Applications now, whether or not they sync by themselves",
		Long: "Sync Applications now, whether or not they sync by themselves, and wait for the end.\n\n" +
			"Exit codes: 0 synced; 6 not ended in time; 7 failed, in full or in part; 8 something else is under way, or would undo it.",
		Example: "  fairlead sync model-serving-us-east-1\n  fairlead sync --prune --timeout 2m app-a app-b\n" +
			"  fairlead sync web --resource apps:Deployment:web --dry-run\n  fairlead sync web --abort",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			c, err := hub.client()
			if err != nil {
				return err
			}
			return forEach(args, s, func(name string) error {
				key := types.NamespacedName{Namespace: hub.namespace, Name: name}
				if abort {
					return abortOne(cmd.Context(), c, s, key, async, timeout)
				}
				return syncOne(cmd.Context(), c, s, key, flags.operation, async, timeout)
			})
		},
	}
	hub.bind(c)
	flags.bind(c)
	c.Flags().BoolVar(&abort, "abort", false, "end the sync that is under way, or withdraw the one that waits")
	c.Flags().BoolVar(&async, "async", false, "do not wait for the result")
	c.Flags().DurationVar(&timeout, "timeout", 5*time.Minute, "how long to wait")
	return c
}

// asking makes the operation that an Application is to be given.
type asking func(*v1alpha1.Application) (*v1alpha1.Operation, error)

// syncOne asks for an operation the way Argo CD's tools do, by writing it on
// the Application, and waits for its end.
func syncOne(ctx context.Context, c client.Client, s streams, key types.NamespacedName, ask asking, async bool, timeout time.Duration) error {
	what := "application " + key.Name
	before, err := request(ctx, c, key, ask)
	if err != nil {
		return err
	}
	if async {
		fmt.Fprintf(s.err, "%s: sync asked for\n", what)
		return nil
	}
	state, err := awaitOperation(ctx, c, key, before, timeout)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s: %s: %s\n", what, state.Phase, printable(state.Message))
	if state.Phase != v1alpha1.OperationSucceeded {
		return &exitError{code: codePartly}
	}
	return nil
}

// request writes an operation on an Application that has none, and returns the state of
// the operation before it. An operation that waits is left alone: the two would
// become one that nobody asked for.
func request(ctx context.Context, c client.Client, key types.NamespacedName, ask asking) (before *v1alpha1.OperationState, err error) {
	err = retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		app := &v1alpha1.Application{}
		if err := c.Get(ctx, key, app); err != nil {
			return err
		}
		if app.Operation != nil {
			return exitf(codeGuarded, "application %s: another operation waits, asked for by %q, and has not begun: %s; try again when it has",
				key.Name, orDash(app.Operation.InitiatedBy.Username), whyWaiting(ctx, c, app))
		}
		op, err := ask(app)
		if err != nil {
			return err
		}
		before = app.Status.OperationState
		without := app.DeepCopy()
		app.Operation = op
		return c.Patch(ctx, app, client.MergeFromWithOptions(without, client.MergeFromWithOptimisticLock{}))
	})
	if refused := (*exitError)(nil); errors.As(err, &refused) {
		return nil, err
	}
	return before, fromHub(err, "application "+key.Name)
}

// whyWaiting is why an Application's operation has not begun, as far as the hub
// knows.
func whyWaiting(ctx context.Context, c client.Client, app *v1alpha1.Application) string {
	name := clusterOf(app)
	cluster := &fleet.Cluster{}
	err := c.Get(ctx, types.NamespacedName{Namespace: app.Namespace, Name: name}, cluster)
	switch {
	case err == nil && cluster.Status.Holder == "":
		return fmt.Sprintf("the agent of cluster %s is not connected", name)
	case len(app.Status.Conditions) > 0:
		return problemOf(app)
	case name == "":
		return "it is not delivered to a cluster yet"
	default:
		return fmt.Sprintf("the agent of cluster %s has not said that it began", name)
	}
}

// awaitOperation waits until an operation newer than before has ended.
func awaitOperation(ctx context.Context, c client.Client, key types.NamespacedName, before *v1alpha1.OperationState, timeout time.Duration) (*v1alpha1.OperationState, error) {
	app := &v1alpha1.Application{}
	err := wait.PollUntilContextTimeout(ctx, 250*time.Millisecond, timeout, true, func(ctx context.Context) (bool, error) {
		if err := c.Get(ctx, key, app); err != nil {
			return false, err
		}
		state := app.Status.OperationState
		newer := state != nil && (before == nil || !equality.Semantic.DeepEqual(before, state))
		return app.Operation == nil && newer && state.Phase.Completed(), nil
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

// forEach runs f for every name and goes on after an error. One name gives its
// own error; of several, each is printed and the whole is partly failed.
func forEach(names []string, s streams, f func(string) error) error {
	if len(names) == 1 {
		return f(names[0])
	}
	failed := 0
	for _, name := range names {
		if err := f(name); err != nil {
			failed++
			if text := err.Error(); text != "" {
				fmt.Fprintln(s.err, "fairlead:", text)
			}
		}
	}
	if failed > 0 {
		return exitf(codePartly, "%d of %d failed", failed, len(names))
	}
	return nil
}
