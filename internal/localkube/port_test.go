package localkube

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/fairlead/fairlead/internal/process"
)

// launchScript launches a shell script that gets the port as $0 and is ready
// when it has made the file "ready". It returns the ports tried, in order.
func launchScript(t *testing.T, dir, script string) (tried []int, err error) {
	t.Helper()
	p, ports, err := launch(t.Context(), dir, "child", 1, 10*time.Second,
		func(ports []int) process.Spec {
			tried = append(tried, ports[0])
			return process.Spec{
				Name: "child", Path: "/bin/sh", Args: []string{"-c", script, fmt.Sprint(ports[0])},
				Env: []string{"PATH=/usr/bin:/bin"}, Dir: dir, Logger: logr.Discard(),
			}
		},
		func(context.Context, []int) error {
			_, err := os.Stat(filepath.Join(dir, "ready"))
			return err
		})
	if err != nil {
		return tried, err
	}
	t.Cleanup(func() { _ = p.Stop(context.Background()) })
	if ports[0] != tried[len(tried)-1] {
		t.Errorf("launched on %d, tried %v", ports[0], tried)
	}
	return tried, nil
}

func TestLaunchTakesOtherPortsWhenTheFirstIsTaken(t *testing.T) {
	dir := t.TempDir()
	tried, err := launchScript(t, dir, `
		if [ ! -e tried ]; then touch tried; echo "listen 127.0.0.1:$0: bind: address already in use"; exit 1; fi
		touch ready; exec sleep 300`)
	if err != nil {
		t.Fatal(err)
	}
	if len(tried) != 2 || tried[0] == tried[1] {
		t.Errorf("tried %v, want two different ports", tried)
	}
	if got := lastPorts(filepath.Join(dir, "child.ports"), 1); !slices.Equal(got, tried[1:]) {
		t.Errorf("remembered %v, want %v", got, tried[1:])
	}
}

func TestLaunchGivesUp(t *testing.T) {
	t.Run("when no port will do", func(t *testing.T) {
		tried, err := launchScript(t, t.TempDir(), `echo "address already in use"; exit 1`)
		if !errors.Is(err, errAddressInUse) || len(tried) != startAttempts {
			t.Errorf("tried %v: %v", tried, err)
		}
	})
	t.Run("at once for another reason", func(t *testing.T) {
		tried, err := launchScript(t, t.TempDir(), `echo "unknown flag"; exit 1`)
		if err == nil || !strings.Contains(err.Error(), "unknown flag") || len(tried) != 1 {
			t.Errorf("tried %v: %v", tried, err)
		}
	})
}
