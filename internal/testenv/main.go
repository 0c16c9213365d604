package testenv

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"
)

// Main runs the tests of a package and stops the servers that they started.
// Each of before is called between the two, with the exit code so far, and
// returns the one from then on. It is the body of a package's TestMain and does
// not return.
func Main(m *testing.M, before ...func(code int) int) {
	code := m.Run()
	for _, f := range before {
		code = f(code)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := shared.close(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "testenv: stop servers:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}
