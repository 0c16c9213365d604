package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/pause"
)

// rollback is what a person asks for.
type rollback struct {
	to, reason string
	prune      bool
	wait       bool
	timeout    time.Duration
}

func newRollbackCommand(s streams) *cobra.Command {
	hub := &hubFlags{}
	var r rollback
	c := &cobra.Command{
		Use:   "rollback APP [--to ID|REVISION] --reason TEXT",
		Short: "Return an Application to what it ran before, and hold it there",
		Long: "Return an Application to an entry of its history, by default to the one before the\n" +
			"present. It is paused there: it goes on healing and follows no commit until it is\n" +
			"resumed, also with automated sync. See docs/rollback.md.",
		Example: "  fairlead history model-serving-us-east-1\n" +
			"  fairlead rollback model-serving-us-east-1 --reason 'latency doubled'\n" +
			"  fairlead rollback model-serving-us-east-1 --to 4f2a91c --reason 'latency doubled' --wait",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkReason(r.reason); err != nil {
				return err
			}
			if cmd.Flags().Changed("to") && r.to == "" {
				return exitf(codeUsage, "--to is empty: name an entry by its ID or revision, or leave the flag out")
			}
			c, err := hub.client()
			if err != nil {
				return err
			}
			return r.run(cmd.Context(), c, s, types.NamespacedName{Namespace: hub.namespace, Name: args[0]}, time.Now())
		},
	}
	hub.bind(c)
	c.Flags().StringVar(&r.to, "to", "", "ID or revision (or the beginning of one) of an entry of `fairlead history` (default: the entry before the present one)")
	c.Flags().StringVar(&r.reason, "reason", "", "why; shown to everybody who looks at the Application")
	c.Flags().BoolVar(&r.prune, "prune", false, "also delete what the entry did not have (default: as syncPolicy.automated.prune)")
	c.Flags().BoolVar(&r.wait, "wait", false, "wait until the cluster runs it")
	c.Flags().DurationVar(&r.timeout, "timeout", 5*time.Minute, "how long to wait")
	return c
}

func (r rollback) run(ctx context.Context, c client.Client, s streams, key types.NamespacedName, now time.Time) error {
	var entry v1alpha1.RevisionHistory
	before, err := change(ctx, c, key, func(app *v1alpha1.Application) error {
		var err error
		if entry, err = choose(app, r.to); err != nil {
			return err
		}
		app.Operation = r.operation(app, entry)
		return put(app, pause.At(entry, because(r.reason, now)))
	})
	if err != nil {
		return err
	}
	if before.Operation != nil {
		fmt.Fprintf(s.err, "application %s: the operation that waited, asked for by %q, is withdrawn\n", key.Name, orDash(printable(before.Operation.InitiatedBy.Username)))
	}
	revision := printable(pause.Short(pause.Revisions(entry)))
	if !r.wait {
		fmt.Fprintf(s.out, "application %s: held at history entry %d, revision %s\n", key.Name, entry.ID, revision)
		return nil
	}
	state, err := awaitOperation(ctx, c, key, before.Status.OperationState, r.timeout)
	if err != nil {
		return err
	}
	if state.Phase != v1alpha1.OperationSucceeded {
		return exitf(codeDiffers, "application %s: held at history entry %d, revision %s, but its sync %s: %s",
			key.Name, entry.ID, revision, state.Phase, printable(state.Message))
	}
	fmt.Fprintf(s.out, "application %s: runs history entry %d, revision %s\n", key.Name, entry.ID, revision)
	return nil
}

// choose an entry of the history, or say what there is.
func choose(app *v1alpha1.Application, to string) (v1alpha1.RevisionHistory, error) {
	entry, err := pause.Choose(app, to)
	switch {
	case errors.Is(err, pause.ErrUnknown):
		return entry, exitf(codeNotFound, "application %s: %w", app.Name, err)
	case err != nil:
		return entry, exitf(codeUsage, "application %s: %w", app.Name, err)
	}
	return entry, nil
}

// infoRollback tells an operation that goes with a pause; its value is the ID
// of the history entry.
const infoRollback = "fairlead.dev/rollback"

// operation that brings an entry: without hooks, as Argo CD rolls back. It
// names no revision, because the pause does.
func (r rollback) operation(app *v1alpha1.Application, entry v1alpha1.RevisionHistory) *v1alpha1.Operation {
	policy := app.Spec.SyncPolicy
	prune := r.prune || policy.IsAutomatedSyncEnabled() && policy.Automated.GetPrune()
	op := newOperation(&v1alpha1.SyncOperation{Prune: prune})
	op.Sync.SyncStrategy = &v1alpha1.SyncStrategy{Apply: &v1alpha1.SyncStrategyApply{}}
	op.Retry = v1alpha1.RetryStrategy{Limit: rollbackRetries}
	if policy != nil && policy.Retry != nil {
		op.Retry = *policy.Retry
	}
	op.Info = append(op.Info, &v1alpha1.Info{Name: infoRollback, Value: fmt.Sprint(entry.ID)})
	return op
}

// rollbackRetries is how often the sync is tried again where the Application
// has no strategy of its own: the agent may have to fetch what it ran before.
const rollbackRetries = 5

func isRollback(op *v1alpha1.Operation) bool {
	return op != nil && slices.ContainsFunc(op.Info, func(i *v1alpha1.Info) bool { return i != nil && i.Name == infoRollback })
}
