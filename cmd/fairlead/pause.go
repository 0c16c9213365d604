package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/pause"
)

func newPauseCommand(s streams) *cobra.Command {
	hub := &hubFlags{}
	var reason string
	c := &cobra.Command{
		Use:     "pause APP --reason TEXT",
		Short:   "Hold an Application at the revision that it has",
		Long:    "Hold an Application at the revision that it has. It goes on healing and follows no\ncommit until it is resumed. Nothing changes in its cluster. See docs/rollback.md.",
		Example: "  fairlead pause model-serving-us-east-1 --reason 'no releases over the holidays'",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkReason(reason); err != nil {
				return err
			}
			c, err := hub.client()
			if err != nil {
				return err
			}
			return pauseOne(cmd.Context(), c, s, types.NamespacedName{Namespace: hub.namespace, Name: args[0]}, reason, time.Now())
		},
	}
	hub.bind(c)
	c.Flags().StringVar(&reason, "reason", "", "why; shown to everybody who looks at the Application")
	return c
}

// maxReason bounds a reason, in bytes: it becomes part of a condition.
const maxReason = 1024

func checkReason(reason string) error {
	switch {
	case strings.TrimSpace(reason) == "":
		return exitf(codeUsage, "--reason is required: say why, for those who look at the application next")
	case len(reason) > maxReason:
		return exitf(codeUsage, "--reason has %d bytes, more than %d", len(reason), maxReason)
	}
	return nil
}

// because makes the reason that a mark carries.
func because(reason string, now time.Time) pause.Why {
	return pause.Why{Reason: strings.TrimSpace(reason), By: username(), Since: now}
}

func pauseOne(ctx context.Context, c client.Client, s streams, key types.NamespacedName, reason string, now time.Time) error {
	var m pause.Mark
	_, err := change(ctx, c, key, func(app *v1alpha1.Application) error {
		var err error
		if m, err = pause.Here(app, because(reason, now)); err != nil {
			return exitf(codeNotFound, "%w", err)
		}
		return put(app, m)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "application %s: paused at %s\n", key.Name, printable(pause.Short(m.Revisions)))
	return nil
}

// put a mark on an Application.
func put(app *v1alpha1.Application, m pause.Mark) error {
	text, err := m.Text()
	if err != nil {
		return exitf(codeGuarded, "application %s cannot be held there: %w", app.Name, err)
	}
	if app.Annotations == nil {
		app.Annotations = map[string]string{}
	}
	app.Annotations[v1alpha1.AnnotationPaused] = text
	return nil
}

// commandOwner is the field manager of what commands write on Applications, so
// that no parent Application takes it for its own.
const commandOwner = client.FieldOwner("fairlead-cli")

// change an Application that is not on its way out, and return it as it was.
// What somebody else changes in between stays: edit is called again.
func change(ctx context.Context, c client.Client, key types.NamespacedName, edit func(*v1alpha1.Application) error) (*v1alpha1.Application, error) {
	var before *v1alpha1.Application
	err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		app := &v1alpha1.Application{}
		if err := c.Get(ctx, key, app); err != nil {
			return err
		}
		if !app.DeletionTimestamp.IsZero() {
			return exitf(codeGuarded, "application %s is being deleted", key.Name)
		}
		before = app.DeepCopy()
		if err := edit(app); err != nil {
			return err
		}
		return c.Patch(ctx, app, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}), commandOwner)
	})
	if refused := (*exitError)(nil); errors.As(err, &refused) {
		return nil, err
	}
	return before, fromHub(err, "application "+key.Name)
}
