package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/cases"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/explain"
)

// explainFlags say which set and cluster are asked about.
type explainFlags struct {
	set, cluster, output string
	inputs               inputFlags
	hub                  hubFlags
}

func newExplainCommand(s streams) *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain [NAMESPACE/]SET --cluster NAME | explain -f DIR|SET.yaml --cluster NAME",
		Short: "Say why a set gives a cluster an Application, or why not",
		Long: `Say whether a set's expansion gives a row whose destination is the cluster, and
what decides it: terms of a selector, a missing key, a name that is taken, what
the row's destination is instead. A change that the answer suggests has been
tried wherever that is possible without you: a line "then" says what is in the
way after it. What keeps an Application as it is for now (the set's policy, a
row that was rejected, deletions that wait for approval) is an extra line.

Without -f it asks the hub: the set, the clusters and the objects that
generators name come from its API server, and Git is read from this machine.
A set outside the control namespace is NAMESPACE/NAME.
With -f it reads files alone: a folder as fairlead test has them, or a set and
the flags of fairlead expand.

Exit codes: 0 yes; 1 no; 2 usage; 3 hub unreachable; 5 unknown set or cluster.`,
		Example: `  fairlead explain ai-stack --cluster eu-west-1
  fairlead explain team-a/web --cluster eu-west-1
  fairlead explain -f sets/web --cluster tokyo
  fairlead explain -f set.yaml --clusters clusters.yaml --cluster tokyo -o json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runExplain(cmd.Context(), s, f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.set, "file", "f", "", "folder of a case, or file with one ApplicationSet; - reads standard input")
	flags.StringVar(&f.cluster, "cluster", "", "name of the cluster")
	flags.StringVarP(&f.output, "output", "o", "text", "text or json")
	f.inputs.bind(flags)
	f.hub.bind(cmd)
	if err := cmd.MarkFlagRequired("cluster"); err != nil {
		panic(err) // the flag stands above
	}
	return cmd
}

func runExplain(ctx context.Context, s streams, f explainFlags, args []string) error {
	if f.output != "text" && f.output != "json" {
		return exitf(codeUsage, "output %q: want text or json", f.output)
	}
	setup, err := f.open(ctx, s.in, args)
	if err != nil {
		return err
	}
	defer setup.Close() //nolint:errcheck // nothing is written
	if f.set != "" {
		warn(s.err, setup)
	}
	answer, err := explain.Explain(explain.Question{
		Set: setup.Set, Cluster: f.cluster, Inventory: setup.Clusters, Projects: setup.Projects.Find,
		Expand: expandOver(ctx, setup),
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, explain.ErrUnknownCluster):
		return exitf(codeNotFound, "%w", err)
	case err != nil:
		return err
	}
	if err := writeAnswer(s.out, f.output, answer); err != nil {
		return err
	}
	if !answer.Yes {
		return &exitError{code: codeDiffers}
	}
	return nil
}

// expandOver expands sets over a setup's inputs with an inventory of their own.
func expandOver(ctx context.Context, setup *cases.Setup) func(*v1alpha1.ApplicationSet, *clusters.Inventory) (expand.Result, error) {
	return func(set *v1alpha1.ApplicationSet, inventory *clusters.Inventory) (expand.Result, error) {
		over := *setup
		over.Clusters = inventory
		return over.ExpandSet(ctx, set)
	}
}

// open reads the set and its inputs from files, or from the hub without -f.
func (f *explainFlags) open(ctx context.Context, in io.Reader, args []string) (*cases.Setup, error) {
	if f.set == "" {
		if len(args) == 0 {
			return nil, exitf(codeUsage, "which set? Name one of the hub's, or give its file with -f")
		}
		return f.fromHub(ctx, args[0])
	}
	if len(args) > 0 {
		return nil, exitf(codeUsage, "a set by name is the hub's and -f names a file: give one of them")
	}
	f.inputs.namespace = f.hub.namespace
	return f.inputs.open(in, f.set)
}

// writeAnswer prints an answer for people, or as JSON.
func writeAnswer(w io.Writer, output string, a explain.Answer) error {
	if output == "json" {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(a)
	}
	verdict := "no"
	if a.Yes {
		verdict = "yes"
	}
	lines := [][2]string{{verdict, a.Reason.String()}, {"nearest", a.Reason.Nearest}, {"change", a.Reason.Change}, {"then", a.Reason.Next}}
	if len(a.Applications) > 1 {
		lines = append(lines, [2]string{"all", strings.Join(a.Applications, ", ")})
	}
	for _, hold := range a.Holds {
		lines = append(lines, [2]string{"hold", hold})
	}
	for _, note := range a.Notes {
		lines = append(lines, [2]string{"note", note})
	}
	for _, other := range a.Others {
		lines = append(lines, [2]string{"also", other.String()}, [2]string{"  then", other.Next})
	}
	if _, err := fmt.Fprintf(w, "set %s, cluster %s\n", printable(a.Set), printable(a.Cluster)); err != nil {
		return err
	}
	for _, line := range lines {
		if line[1] == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "%-8s %s\n", line[0], printable(line[1])); err != nil {
			return err
		}
	}
	return nil
}
