package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/cases"
	"github.com/fairlead/fairlead/internal/expand"
)

// expandFlags are the files that an expansion reads instead of a fleet.
type expandFlags struct {
	set, output string
	inputFlags
}

func newExpandCommand(s streams) *cobra.Command {
	var f expandFlags
	cmd := &cobra.Command{
		Use:   "expand -f SET|DIR [--clusters FILE] [--objects FILE] [--repo URL[@REVISION]=DIR]...",
		Short: "Print the Applications that an ApplicationSet makes, from files alone",
		Long: `Print the Applications that an ApplicationSet makes of files on disk: no server,
no network. A folder as fairlead test has them holds the set and its inputs, and
may answer plugins and Git hosts. Good rows go to standard output; rejected rows and names that
several rows claim go to standard error.

Exit codes: 0 all good; 7 some rows were rejected or duplicated; 2 usage, an
invalid file, a generator that failed, or an input that is missing.`,
		Example: `  fairlead expand -f set.yaml --clusters clusters.yaml
  fairlead expand -f sets/web -o table
  fairlead expand -f set.yaml --repo https://git.example.com/apps.git@main=./apps -o name`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			collectLess()
			return runExpand(cmd.Context(), s, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.set, "file", "f", "", "file with one ApplicationSet, or folder of a case; - reads standard input")
	flags.StringVarP(&f.namespace, "namespace", "n", cases.DefaultNamespace, "namespace of the set and of the clusters where their files name none")
	f.bind(flags)
	flags.StringVarP(&f.output, "output", "o", "yaml", "yaml, json, name or table")
	if err := cmd.MarkFlagRequired("file"); err != nil {
		panic(err) // the flag stands above
	}
	return cmd
}

func runExpand(ctx context.Context, s streams, f expandFlags) error {
	write, ok := expandOutputs[f.output]
	if !ok {
		return exitf(codeUsage, "output %q: want yaml, json, name or table", f.output)
	}
	setup, err := f.open(s.in, f.set)
	if err != nil {
		return err
	}
	defer setup.Close() //nolint:errcheck // nothing is written
	warn(s.err, setup)
	result, err := setup.Expand(ctx)
	if err == nil {
		err = result.Err
	}
	if err != nil {
		return exitf(codeUsage, "expand %s: %w", setup.Set.Name, err)
	}
	if err := write(s.out, result); err != nil {
		return err
	}
	return complain(s.err, result)
}

// warn prints what may be a mistake and is no error.
func warn(w io.Writer, setup *cases.Setup) {
	for _, text := range setup.Warnings {
		fmt.Fprintln(w, "warning:", printable(text))
	}
	dependsOnFleet := func(g v1alpha1.ApplicationSetGenerator) bool {
		return generators.DependenceOf(&g) != generators.Independent
	}
	if !setup.Fleet && slices.ContainsFunc(setup.Set.Spec.Generators, dependsOnFleet) {
		fmt.Fprintln(w, "note: the set looks at clusters and no file of any is given: add --clusters FILE")
	}
}

// complain prints what gave no Application, one line each.
func complain(w io.Writer, result expand.Result) error {
	for _, row := range result.Rejected {
		fmt.Fprintln(w, "rejected:", printable(row.Err.Error()))
	}
	for _, d := range result.Duplicates {
		fmt.Fprintln(w, "duplicate:", printable(d.Error()))
	}
	if len(result.Rejected)+len(result.Duplicates) == 0 {
		return nil
	}
	return exitf(codePartly, "%d rows rejected, %d names duplicated; %d applications are good",
		len(result.Rejected), len(result.Duplicates), len(result.Applications))
}
