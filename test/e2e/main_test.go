package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/fairlead/fairlead/internal/testenv"
)

// binDir holds the binaries that every test runs.
var binDir string

func TestMain(m *testing.M) {
	ctrllog.SetLogger(logr.Discard())
	dir, err := os.MkdirTemp("", "fairlead-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binDir = filepath.Join(dir, "bin")
	if err := buildBinaries(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	theFleet.dir = filepath.Join(dir, "fleet")
	testenv.Main(m, func(code int) int { return max(code, tearDown(dir, code)) })
}

// tearDown ends the fleet. Its files stay when something went wrong.
func tearDown(dir string, code int) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := theFleet.stop(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "stop the fleet:", err)
		code = 1
	}
	if races := findRaces(dir); len(races) > 0 {
		fmt.Fprintf(os.Stderr, "data races in:\n  %s\n", strings.Join(races, "\n  "))
		code = 1
	}
	if code != 0 {
		fmt.Fprintln(os.Stderr, "the fleet's files are kept in", dir)
		return code
	}
	_ = os.RemoveAll(dir) // a temporary folder
	return 0
}

func buildBinaries() error {
	cmd := exec.Command("go", "build", "-race", "-ldflags", "-X main.version=e2e", "-o", binDir+"/", "./cmd/fairlead", "./cmd/fairlead-agent")
	cmd.Dir = filepath.Join("..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the binaries: %w\n%s", err, out)
	}
	return nil
}

// findRaces lists the logs in which the race detector spoke.
func findRaces(dir string) []string {
	var found []string
	_ = filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.Contains(path, ".log") {
			return nil
		}
		if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), "WARNING: DATA RACE") {
			found = append(found, path)
		}
		return nil
	})
	return found
}
