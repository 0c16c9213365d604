package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os/user"
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
	hub := &hubFlags{}
	var (
		prune, dryRun, async bool
		revision             string
		timeout              time.Duration
	)
	c := &cobra.Command{
		Use:     "sync APP...",
		Short:   "Sync Applications now, whether or not they sync by themselves",
		Example: "  fairlead sync model-serving-us-east-1\n  fairlead sync --prune --timeout 2m app-a app-b",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := hub.client()
			if err != nil {
				return err
			}
			return forEach(args, s, func(name string) error {
				key := types.NamespacedName{Namespace: hub.namespace, Name: name}
				return syncOne(cmd.Context(), c, s, key, operation(prune, dryRun, revision), async, timeout)
			})
		},
	}
	hub.bind(c)
	c.Flags().BoolVar(&prune, "prune", false, "also delete what has left the source")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "compare only; change nothing")
	c.Flags().StringVar(&revision, "revision", "", "sync this revision instead of the pinned one")
	c.Flags().BoolVar(&async, "async", false, "do not wait for the result")
	c.Flags().DurationVar(&timeout, "timeout", 5*time.Minute, "how long to wait")
	return c
}

// requestInfo makes two equal requests differ; see delivery.OperationOf.
const requestInfo = "fairlead.dev/request"

func operation(prune, dryRun bool, revision string) *v1alpha1.Operation {
	op := &v1alpha1.Operation{
		Sync: &v1alpha1.SyncOperation{Prune: prune, DryRun: dryRun, Revision: revision},
		Info: []*v1alpha1.Info{{Name: requestInfo, Value: rand.Text()}},
	}
	op.InitiatedBy.Username = username()
	return op
}

// username of who runs the command, "" if nobody knows.
func username() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

// syncOne asks for an operation the way Argo CD's tools do, by writing it on
// the Application, and waits for its end.
func syncOne(ctx context.Context, c client.Client, s streams, key types.NamespacedName, op *v1alpha1.Operation, async bool, timeout time.Duration) error {
	what := "application " + key.Name
	before, err := request(ctx, c, key, op)
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
		return &exitError{code: codeDiffers}
	}
	return nil
}

// request writes op on an Application that has none, and returns the state of
// the operation before it. An operation that waits is left alone: the two would
// become one that nobody asked for.
func request(ctx context.Context, c client.Client, key types.NamespacedName, op *v1alpha1.Operation) (before *v1alpha1.OperationState, err error) {
	err = retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		app := &v1alpha1.Application{}
		if err := c.Get(ctx, key, app); err != nil {
			return err
		}
		if app.Operation != nil {
			return exitf(codeGuarded, "application %s: another operation waits, asked for by %q, and has not begun: %s; try again when it has",
				key.Name, orDash(app.Operation.InitiatedBy.Username), whyWaiting(ctx, c, app))
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
