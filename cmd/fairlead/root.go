package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"
)

// streams are where a command reads and writes: data to out, everything else
// to err.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func standardStreams() streams { return streams{os.Stdin, os.Stdout, os.Stderr} }

// newRootCommand is the inventory of commands.
func newRootCommand(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:           "fairlead",
		Short:         "One ApplicationSet, ten thousand clusters",
		Long:          "Fairlead turns ApplicationSets into per-cluster Applications over a fleet\nand delivers them through a small agent on each cluster.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.AddCommand(
		newHubCommand(s),
		newDemoCommand(s),
		newClusterCommand(s),
		newGetCommand(s),
		newTreeCommand(s),
		newDiffCommand(s),
		newSyncCommand(s),
		newRefreshCommand(s),
		newWaitCommand(s),
		newHistoryCommand(s),
		newRollbackCommand(s),
		newPauseCommand(s),
		newResumeCommand(s),
		newApproveCommand(s),
		newKeepCommand(s),
		newExpandCommand(s),
		newRenderCommand(s),
		newTestCommand(s),
		newExplainCommand(s),
		newVersionCommand(s),
	)
	return root
}
