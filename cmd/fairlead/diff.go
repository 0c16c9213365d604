package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

// diffFlags say what to compare with, and how to print it.
type diffFlags struct {
	revision string
	position int32
	output   string
	all      bool
	noColor  bool
	timeout  time.Duration
}

func newDiffCommand(s streams) *cobra.Command {
	hub := &hubFlags{}
	var f diffFlags
	c := &cobra.Command{
		Use:   "diff APP",
		Short: "Show what a sync of an Application would change, field by field",
		Long: `Show what a sync of an Application would change on its cluster, field by field,
and whose each field is. The cluster's agent compares by a server-side dry run;
nothing is changed. With --revision it compares with a branch, tag or commit of
one source in place of the one that is wanted.

Values of Secrets never leave the cluster: of them, only the keys are shown.

Exit codes: 0 no difference; 1 it differs; 2 usage, or it cannot be compared;
3 the hub or the agent cannot be reached; 4 forbidden; 5 no such Application, or
not delivered yet; 6 no answer in time.`,
		Example: "  fairlead diff web-tokyo\n  fairlead diff web-tokyo --revision feature/replicas\n  fairlead diff web-tokyo --revision v1.4.0 --source-position 2 -o json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDiff(cmd, s, hub, f, args[0])
		},
	}
	hub.bind(c)
	flags := c.Flags()
	flags.StringVar(&f.revision, "revision", "", "branch, tag or commit to compare with, in place of the one that is wanted")
	flags.Int32Var(&f.position, "source-position", 0, "the source that --revision is of, from 1 (default: the first in Git)")
	flags.StringVarP(&f.output, "output", "o", "text", "text, json or yaml")
	flags.BoolVar(&f.all, "all", false, "also show fields that stay as they are: defaults, and those of other managers")
	flags.BoolVar(&f.noColor, "no-color", false, "no colour on a terminal either (as NO_COLOR)")
	flags.DurationVar(&f.timeout, "timeout", time.Minute, "how long to wait for the agent")
	return c
}

func runDiff(cmd *cobra.Command, s streams, hub *hubFlags, f diffFlags, name string) error {
	if err := checkOutput(f.output); err != nil {
		return err
	}
	if f.position < 0 || f.position > 0 && f.revision == "" {
		return exitf(codeUsage, "--source-position %d: it counts from 1, and goes with --revision", f.position)
	}
	spec := fleet.QuerySpec{Application: name, Kind: fleet.QueryDiff, Revision: f.revision, SourcePosition: f.position}
	var answer fleet.DiffAnswer
	status, err := hub.ask(cmd, spec, f.timeout, &answer)
	if err != nil {
		return err
	}
	if f.output != "text" {
		err = printList(s.out, f.output, table{}, answer)
	} else {
		p := diffPrinter{w: s.out, color: !f.noColor && colorful(s.out), all: f.all}
		err = p.print(answer)
		fmt.Fprintln(s.err, summaryOf(name, f.revision, status, answer))
	}
	if err == nil && answer.Differs {
		return &exitError{code: codeDiffers}
	}
	return err
}

// summaryOf a diff, in one line.
func summaryOf(name, revision string, status fleet.QueryStatus, answer fleet.DiffAnswer) string {
	with := "what it wants"
	if revision != "" {
		with = fmt.Sprintf("revision %s (%s)", revision, short(status.Commit))
	}
	counts := map[fleet.DiffAction]int{}
	for _, o := range answer.Objects {
		counts[o.Action]++
	}
	text := fmt.Sprintf("application %s on cluster %s, compared with %s: ", name, status.Cluster, with)
	if !answer.Differs {
		return printable(text + "no difference")
	}
	return printable(text + fmt.Sprintf("%d to create, %d to update, %d to delete, %d blocked, %d as wanted",
		counts[fleet.DiffCreate], counts[fleet.DiffUpdate], counts[fleet.DiffDelete], counts[fleet.DiffBlocked], counts[fleet.DiffNone]))
}
