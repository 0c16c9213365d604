package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/testenv"
)

// demo runs `fairlead demo` in a home of its own.
type demo struct {
	*exec.Cmd
	home   string
	stderr *lockedBuffer
}

func newDemo(t *testing.T, args ...string) *demo {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	t.Cleanup(cancel)
	d := &demo{home: t.TempDir(), stderr: &lockedBuffer{}}
	d.Cmd = exec.CommandContext(ctx, filepath.Join(binDir, "fairlead"), append([]string{"demo"}, args...)...)
	d.Env = (&fleet{dir: d.home, assets: testenv.Assets(t)}).env()
	d.Cancel = func() error { return d.Process.Signal(syscall.SIGTERM) }
	d.WaitDelay = time.Minute
	d.Stderr = d.stderr
	return d
}

// leftNothing fails if a process or a file outlives the demo. Every child has
// its files below home, so its command line names it.
func (d *demo) leftNothing(t *testing.T) {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil || len(lines) == 0 {
		t.Errorf("no processes to look at: %v", err)
	}
	for _, path := range lines {
		line, err := os.ReadFile(path) // fails for one that has just ended
		if err == nil && strings.Contains(string(line), d.home) {
			t.Errorf("process %s is left: %s", path, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	if files, _ := filepath.Glob(filepath.Join(d.home, "fairlead-demo-*")); len(files) > 0 {
		t.Errorf("files are left: %v", files)
	}
}

// The demo runs whole, on API servers of its own, and leaves nothing behind.
func TestDemoOnceEndsHealthyAndLeavesNothingBehind(t *testing.T) {
	d := newDemo(t, "--once", "-o", "json")
	out, err := d.Output()
	if err != nil {
		t.Fatalf("fairlead demo: %v\n%s", err, d.stderr)
	}
	var report struct {
		Clusters     []string
		Applications []struct{ Name, Cluster, Revision, Sync, Health string }
		Seconds      float64
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("%v in:\n%s", err, out)
	}
	if len(report.Clusters) != 3 || len(report.Applications) != 2 || report.Seconds <= 0 {
		t.Fatalf("report: %+v", report)
	}
	for _, app := range report.Applications {
		if app.Sync != "Synced" || app.Health != "Healthy" || app.Name != "model-serving-"+app.Cluster || len(app.Revision) != 40 {
			t.Errorf("application %+v", app)
		}
	}
	if report.Applications[0].Revision != report.Applications[1].Revision {
		t.Errorf("two clusters run two revisions: %+v", report.Applications)
	}
	t.Logf("demo: all Synced and Healthy after %.1f s", report.Seconds)
	d.leftNothing(t)
}

func TestDemoSaysWhatIsNotHealthyInTime(t *testing.T) {
	d := newDemo(t, "--once", "-o", "json", "--timeout", "1s")
	out, err := d.Output()
	if d.ProcessState.ExitCode() != 1 {
		t.Errorf("exit %v\n%s", err, d.stderr)
	}
	if !strings.Contains(d.stderr.String(), "not all is Synced and Healthy") || !strings.Contains(d.stderr.String(), "model-serving") && !strings.Contains(d.stderr.String(), "have not been made") {
		t.Errorf("it does not say what is not:\n%s", d.stderr)
	}
	if !json.Valid(out) {
		t.Errorf("not JSON:\n%s", out)
	}
	d.leftNothing(t)
}

func TestDemoRunsUntilInterruptedAndSaysWhatToTry(t *testing.T) {
	d := newDemo(t)
	var table strings.Builder
	d.Stdout = &table
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, 3*time.Minute, func() error {
		if !strings.Contains(d.stderr.String(), "Five things to try") {
			return fmt.Errorf("the demo is not up:\n%s", d.stderr)
		}
		return nil
	})
	if err := d.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := d.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v\n%s", err, d.stderr)
	}
	for _, word := range []string{"APPLICATION", "REVISION", "SECONDS", "model-serving-us-east-1", "Healthy"} {
		if !strings.Contains(table.String(), word) {
			t.Errorf("the table has no %s:\n%s", word, table.String())
		}
	}
	d.leftNothing(t)
}

// lockedBuffer is written by a child and read by the test.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
