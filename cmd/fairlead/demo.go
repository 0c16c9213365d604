package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/fairlead/fairlead/internal/demo"
	"github.com/fairlead/fairlead/internal/localkube"
)

// stopPatience bounds how long the demo takes to end.
const stopPatience = 60 * time.Second

func newDemoCommand(s streams) *cobra.Command {
	var (
		once     bool
		output   string
		interval time.Duration
		timeout  time.Duration
		agent    string
		verbose  bool
	)
	c := &cobra.Command{
		Use:   "demo",
		Short: "Run a whole fleet on this machine: hub, three clusters, agents, Git",
		Long:  "Run an embedded hub, three real Kubernetes API servers with an agent each and a\nlocal Git server, and deliver an example ApplicationSet. Ctrl-C ends it and\nremoves everything it made. With --once it ends when all is Synced and Healthy\n(exit 0), or after --timeout, saying what is not (exit 1).",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "table" && output != "json" {
				return exitf(codeUsage, "output %q: want table or json", output)
			}
			opts, err := demoOptions(s, agent, interval, verbose)
			if err != nil {
				return err
			}
			opts.Patience = timeout
			return runDemo(cmd.Context(), s, opts, once, output)
		},
	}
	c.Flags().BoolVar(&once, "once", false, "end when all is Synced and Healthy")
	c.Flags().StringVarP(&output, "output", "o", "table", "table or json")
	c.Flags().DurationVar(&interval, "revision-interval", 3*time.Second, "how often Git is asked")
	c.Flags().DurationVar(&timeout, "timeout", 5*time.Minute, "how long until all must be Synced and Healthy")
	c.Flags().StringVar(&agent, "agent", "", "path of fairlead-agent (default: beside this binary)")
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "log what the children do")
	return c
}

func demoOptions(s streams, agent string, interval time.Duration, verbose bool) (demo.Options, error) {
	self, err := os.Executable()
	if err != nil {
		return demo.Options{}, err
	}
	if agent == "" {
		agent = filepath.Join(filepath.Dir(self), "fairlead-agent")
	}
	if _, err := os.Stat(agent); err != nil {
		return demo.Options{}, exitf(codeUsage, "no agent binary at %s: run make build, or name it with --agent", agent)
	}
	assets, err := localkube.Assets()
	if err != nil {
		return demo.Options{}, exitf(codeUsage, "%v", err)
	}
	dir, err := os.MkdirTemp("", "fairlead-demo-")
	if err != nil {
		return demo.Options{}, err
	}
	return demo.Options{
		Dir: dir, Assets: assets, Fairlead: self, Agent: agent, Interval: interval,
		Progress: s.err, Logger: newLogger(s.err, verbose),
	}, nil
}

func runDemo(ctx context.Context, s streams, opts demo.Options, once bool, output string) (err error) {
	d, err := demo.Start(ctx, opts)
	if err != nil {
		if ctx.Err() != nil {
			return &exitError{code: codeInterrupted}
		}
		return exitf(codeDiffers, "%w", err)
	}
	defer func() {
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
		defer cancel()
		err = errors.Join(err, d.Stop(stopCtx))
	}()
	report, failed := d.Await(ctx)
	if ctx.Err() != nil {
		return &exitError{code: codeInterrupted}
	}
	if err := writeDemo(s, report, output); err != nil {
		return err
	}
	if failed != nil {
		return exitf(codeDiffers, "%w", failed)
	}
	if once {
		return nil
	}
	d.WriteTry(s.err)
	<-ctx.Done()
	fmt.Fprintln(s.err)
	return nil
}

func writeDemo(s streams, report demo.Report, output string) error {
	if output == "json" {
		enc := json.NewEncoder(s.out)
		enc.SetIndent("", "  ")
		return enc.Encode(report)
	}
	return report.WriteTable(s.out)
}
