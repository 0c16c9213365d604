package main

import (
	"github.com/spf13/cobra"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func newKeepCommand(s streams) *cobra.Command {
	return newHeldCommand(s, &cobra.Command{
		Use:     "keep SET | APP | --application APP | --project PROJECT | --all",
		Short:   "End held deletions without touching workloads",
		Long:    "End deletions that the hub holds: the Application objects go, what they delivered keeps\nrunning and healing, and an Application of the same name takes it over. It lists them and\nasks first. See docs/deletions.md.",
		Example: "  fairlead keep model-serving\n  fairlead keep model-serving-us-east-1 --yes",
	}, &held{
		annotation: v1alpha1.AnnotationKeepWorkloads, anyName: true,
		asks: "let these %d applications go and keep their workloads running?", done: "%d let go; their workloads keep running",
	})
}
