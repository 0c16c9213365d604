//go:build !race

package expand_test

// The race detector multiplies memory, so this file is for builds without it.

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// maxMemory is what a process may have at its peak that expands hostile sets one
// after the other, in bytes.
const maxMemory = 256 << 20

// The tests of hostile sets again, in a process of their own.
func TestHostileSetsFitIntoMemory(t *testing.T) {
	tests := "^(TestHostileSetsAreBounded|TestTooManyDirectoriesAreRefused|TestLargeRowsEndTheSet)$"
	cmd := exec.Command(os.Args[0], "-test.run", tests)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatal("this system does not tell the memory of a process")
	}
	if peak := usage.Maxrss << 10; peak > maxMemory {
		t.Errorf("%d MiB at the peak; at most %d MiB", peak>>20, maxMemory>>20)
	}
}
