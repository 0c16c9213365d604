package main

import (
	"github.com/spf13/cobra"
)

// newClusterCommand groups what is done to single clusters.
func newClusterCommand(s streams) *cobra.Command {
	flags := &hubFlags{}
	c := &cobra.Command{Use: "cluster", Short: "Add, label, list and remove clusters"}
	flags.bind(c)
	c.AddCommand(
		newClusterAddCommand(s, flags),
		newClusterTokenCommand(s, flags),
		newClusterLabelCommand(s, flags),
		newClusterListCommand(s, flags),
		newClusterRemoveCommand(s, flags),
	)
	return c
}
