package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], standardStreams())
	stop()
	os.Exit(code)
}

// run executes one command line and returns its exit code; see exit.go.
func run(ctx context.Context, args []string, s streams) int {
	ctrllog.SetLogger(logr.Discard()) // the hub sets its own
	root := newRootCommand(s)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return codeOK
	}
	if text := err.Error(); text != "" {
		fmt.Fprintln(s.err, "fairlead:", text)
	}
	var exit *exitError
	switch {
	case errors.As(err, &exit):
		return exit.code
	case errors.Is(err, context.Canceled):
		return codeInterrupted
	default: // cobra's own: flags and arguments
		fmt.Fprintf(s.err, "see: %s --help\n", cmd.CommandPath())
		return codeUsage
	}
}
