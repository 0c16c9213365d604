package testenv

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"
)

// Main runs the tests of a package and stops the servers that they started.
// It is the body of a package's TestMain and does not return.
func Main(m *testing.M) {
	code := m.Run()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := shared.close(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "testenv: stop servers:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}
