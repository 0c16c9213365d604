package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/fairlead/fairlead/internal/agent/credential"
)

// Exit codes.
const (
	codeOK = 0
	// codeFailed: what retrying by a supervisor may mend.
	codeFailed = 1
	// codeUsage: flags, a refused join token, or no identity; retrying is of no
	// use.
	codeUsage = 2
)

// version is set by the linker.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, getenv func(string) string, out, errs io.Writer) int {
	command := newCommand(getenv, errs)
	command.SetArgs(args)
	command.SetOut(out)
	command.SetErr(errs)
	err := command.ExecuteContext(ctx)
	if err == nil || errors.Is(err, context.Canceled) {
		return codeOK
	}
	fmt.Fprintln(errs, "fairlead-agent:", err)
	var failed *runError
	if errors.As(err, &failed) && !errors.Is(err, credential.ErrToken) {
		return codeFailed
	}
	return codeUsage
}

// runError tells what went wrong while running from wrong usage.
type runError struct{ err error }

func (e *runError) Error() string { return e.err.Error() }
func (e *runError) Unwrap() error { return e.err }
