package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/fairlead/fairlead/internal/cases"
)

// testFlags say how cases are judged.
type testFlags struct {
	output  string
	options cases.Options
}

func newTestCommand(s streams) *cobra.Command {
	var f testFlags
	cmd := &cobra.Command{
		Use:   "test DIR...",
		Short: "Run unit tests of ApplicationSets, from files alone",
		Long: `Run unit tests of ApplicationSets: folders that hold a set, the inputs that its
expansion may read, and what is expected of it. No server, no network.

DIR is a case or holds cases at any depth; a case is a folder with a file
appset.yaml. docs/testing-applicationsets.md describes the other files.

Exit codes: 0 every case passed; 1 a case failed; 2 usage.`,
		Example: `  fairlead test sets/
  fairlead test sets/web --update     # write what the set makes as the expectation
  fairlead test sets/ -o junit > report.xml`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, dirs []string) error {
			return runTest(cmd.Context(), s, f, dirs)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.options.Update, "update", false, "write what came out as the expectation of every case that does not pass; one of the other kind is deleted")
	flags.BoolVar(&f.options.Strict, "strict", false, "compare the text of expected errors too, not only their stage")
	flags.DurationVar(&f.options.Timeout, "timeout", time.Minute, "limit of one case")
	flags.StringVarP(&f.output, "output", "o", "text", "text, json or junit")
	return cmd
}

func runTest(ctx context.Context, s streams, f testFlags, dirs []string) error {
	write, ok := testOutputs[f.output]
	if !ok {
		return exitf(codeUsage, "output %q: want text, json or junit", f.output)
	}
	if f.options.Timeout <= 0 {
		return exitf(codeUsage, "--timeout %s: want more than nothing, such as 1m", f.options.Timeout)
	}
	found, err := cases.Find(dirs)
	if err != nil {
		return exitf(codeUsage, "%w", err)
	}
	report := newTestReport(cases.Run(ctx, found, f.options))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := write(s.out, report); err != nil {
		return err
	}
	if f.output != "text" {
		report.remark(s.err)
	}
	if report.Failed > 0 {
		return &exitError{code: codeDiffers}
	}
	return nil
}
