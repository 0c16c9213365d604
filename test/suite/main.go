package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// options of a run; flags are the only source.
type options struct {
	stages   []string // names to run; empty means all
	flags    []string // further flags for go test
	packages []string
	fuzzTime time.Duration // of each fuzz target
}

func main() {
	opts, err := parse(os.Args[1:], os.Stderr)
	if err != nil {
		os.Exit(2)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := run(ctx, opts, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "suite:", err)
		os.Exit(1)
	}
}

func parse(args []string, errOut io.Writer) (options, error) {
	set := flag.NewFlagSet("suite", flag.ContinueOnError)
	set.SetOutput(errOut)
	stages := set.String("stages", "", "comma-separated stages to run: "+strings.Join(stageNames(), ", ")+" (default all)")
	flags := set.String("flags", "", "further flags for go test, separated by spaces")
	each := set.Duration("fuzztime", fuzzTime, "how long each fuzz target runs")
	if err := set.Parse(args); err != nil {
		return options{}, err
	}
	opts := options{flags: strings.Fields(*flags), packages: set.Args(), fuzzTime: *each}
	if *stages != "" {
		opts.stages = strings.Split(*stages, ",")
	}
	for _, name := range opts.stages {
		if !slices.Contains(stageNames(), name) {
			err := fmt.Errorf("unknown stage %q, there are %s", name, strings.Join(stageNames(), ", "))
			fmt.Fprintln(errOut, err)
			return options{}, err
		}
	}
	if len(opts.packages) == 0 {
		opts.packages = []string{"./..."}
	}
	return opts, nil
}

// outcome of one stage, a row of the final table.
type outcome struct {
	stage    string
	packages int
	took     time.Duration
	err      error
}

func run(ctx context.Context, opts options, out io.Writer) (err error) {
	if err := adoptOrphans(); err != nil {
		return err
	}
	stages, err := plan(ctx, opts.packages)
	if err != nil {
		return err
	}
	servers := &servers{out: out}
	var outcomes []outcome
	for _, s := range stages {
		if len(opts.stages) > 0 && !slices.Contains(opts.stages, s.name) || len(s.packages) == 0 {
			continue
		}
		begin := time.Now()
		err := runStage(ctx, s, servers, opts, out)
		outcomes = append(outcomes, outcome{s.name, len(s.packages), time.Since(begin), err})
	}
	errs := []error{servers.stop(context.WithoutCancel(ctx)), endSurvivors(10 * time.Second)}
	report(out, outcomes)
	for _, o := range outcomes {
		if o.err != nil {
			errs = append(errs, fmt.Errorf("stage %s: %w", o.stage, o.err))
		}
	}
	return errors.Join(errs...)
}

func runStage(ctx context.Context, s stage, servers *servers, opts options, out io.Writer) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	env := os.Environ()
	if s.servers {
		more, err := servers.env(ctx)
		if err != nil {
			return err
		}
		env = append(env, more...)
	}
	fmt.Fprintf(out, "suite: %s: %d packages\n", s.name, len(s.packages))
	if s.name == fuzz {
		return runFuzz(ctx, s.targets, s.packages, opts.fuzzTime, out)
	}
	if s.name != static {
		s.commands, s.flags = [][]string{{"test"}}, slices.Concat(s.flags, opts.flags)
	}
	for _, c := range s.commands {
		if err := runGo(ctx, slices.Concat(c, s.flags, s.packages), env, out); err != nil {
			return fmt.Errorf("go %s: %w", c[0], err)
		}
	}
	return nil
}

func runGo(ctx context.Context, args, env []string, out io.Writer) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, out, os.Stderr
	// An interrupt lets go test and its tests clean up.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Minute
	return cmd.Run()
}

func report(out io.Writer, outcomes []outcome) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nSUITE\tPACKAGES\tMINUTES\tRESULT")
	var total time.Duration
	for _, o := range outcomes {
		result := "ok"
		if o.err != nil {
			result = "FAILED"
		}
		total += o.took
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%s\n", o.stage, o.packages, o.took.Minutes(), result)
	}
	fmt.Fprintf(w, "all\t\t%.1f\t\n", total.Minutes())
	w.Flush()
}
