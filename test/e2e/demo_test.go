package e2e

import (
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/testenv"
)

// The demo runs whole, on API servers of its own, and leaves nothing behind.
func TestDemoOnceEndsHealthyAndLeavesNothingBehind(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	home := t.TempDir()
	cmd := exec.CommandContext(ctx, filepath.Join(binDir, "fairlead"), "demo", "--once", "-o", "json")
	cmd.Env = append((&fleet{dir: home, assets: testenv.Assets(t)}).env(), "GOTRACEBACK=all")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	var progress strings.Builder
	cmd.Stderr = &progress
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("fairlead demo: %v\n%s", err, progress.String())
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

	// Every child had its files below home, so its command line names it.
	if left, _ := exec.Command("pgrep", "-f", home).Output(); len(left) > 0 {
		t.Errorf("processes are left: %s", left)
	}
	if files, _ := filepath.Glob(filepath.Join(home, "fairlead-demo-*")); len(files) > 0 {
		t.Errorf("files are left: %v", files)
	}
}
