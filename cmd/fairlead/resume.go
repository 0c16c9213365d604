package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func newResumeCommand(s streams) *cobra.Command {
	hub := &hubFlags{}
	c := &cobra.Command{
		Use:   "resume APP",
		Short: "Let a paused Application follow its sources again",
		Long:  "Let an Application that was paused or rolled back follow its sources again. With\nautomated sync it is synced to what they hold now. See docs/rollback.md.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := hub.client()
			if err != nil {
				return err
			}
			return resumeOne(cmd.Context(), c, s, types.NamespacedName{Namespace: hub.namespace, Name: args[0]})
		},
	}
	hub.bind(c)
	return c
}

// resumeOne takes the mark off, and with it a sync that was to bring the state
// that it named and has not begun.
func resumeOne(ctx context.Context, c client.Client, s streams, key types.NamespacedName) error {
	before, err := change(ctx, c, key, func(app *v1alpha1.Application) error {
		if _, paused := app.Annotations[v1alpha1.AnnotationPaused]; !paused {
			return nil
		}
		delete(app.Annotations, v1alpha1.AnnotationPaused)
		if isRollback(app.Operation) {
			app.Operation = nil
		}
		return nil
	})
	if err != nil {
		return err
	}
	switch _, paused := before.Annotations[v1alpha1.AnnotationPaused]; {
	case !paused:
		fmt.Fprintf(s.err, "application %s: was not paused\n", key.Name)
	case before.Spec.SyncPolicy.IsAutomatedSyncEnabled():
		fmt.Fprintf(s.out, "application %s: resumed; it is synced to what its sources hold now\n", key.Name)
	default:
		fmt.Fprintf(s.out, "application %s: resumed; it has no automated sync: fairlead sync %s\n", key.Name, key.Name)
	}
	return nil
}
