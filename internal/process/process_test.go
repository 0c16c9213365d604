package process_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/fairlead/fairlead/internal/process"
)

func shell(t *testing.T, dir, script string) process.Spec {
	t.Helper()
	return process.Spec{
		Name: "child", Path: "/bin/sh", Args: []string{"-c", script}, Env: []string{"PATH=/usr/bin:/bin"}, Dir: dir,
		Grace: 5 * time.Second, Backoff: process.Backoff{Min: 10 * time.Millisecond}, Logger: logr.Discard(),
	}
}

func start(t *testing.T, spec process.Spec) *process.Process {
	t.Helper()
	p, err := process.Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return p
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func running(pid int) bool {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(raw), ") Z ")
}

func TestRestartsAChildThatDies(t *testing.T) {
	p := start(t, shell(t, t.TempDir(), "echo started; exec sleep 300"))
	eventually(t, "the first line", func() bool { return strings.Contains(p.LogTail(100), "started") })
	first := p.PID()
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a second run", func() bool { pid := p.PID(); return pid != 0 && pid != first })
	if n, last := p.Exits(); n != 1 || last == nil {
		t.Errorf("exits: %d, %v", n, last)
	}
	eventually(t, "two lines in the log", func() bool { return strings.Count(p.LogTail(1000), "started") == 2 })
}

func TestStopAsksFirst(t *testing.T) {
	dir := t.TempDir()
	p := start(t, shell(t, dir, `trap 'echo asked; exit 0' TERM; echo ready; while :; do sleep 0.01; done`))
	eventually(t, "ready", func() bool { return strings.Contains(p.LogTail(100), "ready") })
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if log := p.LogTail(100); !strings.Contains(log, "asked") {
		t.Errorf("the child was not asked to end: %q", log)
	}
	if _, err := os.Stat(filepath.Join(dir, "child.pid")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the pid file is still there: %v", err)
	}
	if n, _ := p.Exits(); n != 0 {
		t.Errorf("a stop counts as an exit: %d", n)
	}
}

func TestStopKillsWhatDoesNotEnd(t *testing.T) {
	stubborn := `trap '' TERM; echo ready; while :; do sleep 0.01; done`
	for name, stop := range map[string]func(t *testing.T, p *process.Process) error{
		"after the grace period": func(t *testing.T, p *process.Process) error { return p.Stop(t.Context()) },
		"when the context ends": func(t *testing.T, p *process.Process) error {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			return p.Stop(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			spec := shell(t, t.TempDir(), stubborn)
			if strings.Contains(name, "grace") {
				spec.Grace = 100 * time.Millisecond
			} else {
				spec.Grace = time.Hour
			}
			p := start(t, spec)
			eventually(t, "ready", func() bool { return strings.Contains(p.LogTail(100), "ready") })
			pid := p.PID()
			if err := stop(t, p); err != nil {
				t.Fatal(err)
			}
			if running(pid) {
				t.Error("the child still runs")
			}
		})
	}
}

func TestStopWhileWaitingForARestart(t *testing.T) {
	spec := shell(t, t.TempDir(), "exit 3")
	spec.Backoff = process.Backoff{Min: time.Hour, Max: time.Hour}
	p := start(t, spec)
	eventually(t, "the exit", func() bool { n, _ := p.Exits(); return n == 1 })
	begin := time.Now()
	if err := p.Stop(t.Context()); err != nil || time.Since(begin) > 2*time.Second {
		t.Errorf("stop took %s: %v", time.Since(begin), err)
	}
}

func TestStartReportsAMissingExecutable(t *testing.T) {
	spec := shell(t, t.TempDir(), "")
	spec.Path = "/does/not/exist"
	if _, err := process.Start(t.Context(), spec); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// The kernel sends the death signal when the forking thread ends. This test
// makes the runtime end threads on purpose: the child must not notice.
func TestChildSurvivesTheEndOfThreads(t *testing.T) {
	var children []*process.Process
	for range 8 {
		children = append(children, start(t, shell(t, t.TempDir(), "exec sleep 300")))
	}
	// Many at once, so that every idle thread is taken and then ends.
	const threads = 64
	var locked, ended sync.WaitGroup
	locked.Add(threads)
	for range threads {
		ended.Go(func() {
			runtime.LockOSThread() // without unlocking: the thread ends here
			locked.Done()
			locked.Wait()
		})
	}
	ended.Wait()
	time.Sleep(200 * time.Millisecond)
	for _, p := range children {
		if n, last := p.Exits(); n != 0 {
			t.Errorf("a child ended: %v", last)
		}
	}
}

func TestEnvironmentIsNotInherited(t *testing.T) {
	t.Setenv("FAIRLEAD_SECRET", "hunter2")
	spec := shell(t, t.TempDir(), "env; echo done; exec sleep 300")
	spec.Env = nil
	p := start(t, spec)
	eventually(t, "output", func() bool { return strings.Contains(p.LogTail(1000), "done") })
	if log := p.LogTail(1000); strings.Contains(log, "hunter2") {
		t.Errorf("the child saw the parent's environment:\n%s", log)
	}
}

// parentEnv makes this test binary play a parent that is about to be killed.
const parentEnv = "FAIRLEAD_TEST_PARENT_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentEnv); dir != "" {
		playParent(dir)
	}
	os.Exit(m.Run())
}

func playParent(dir string) {
	p, err := process.Start(context.Background(), process.Spec{
		Name: "child", Path: "/bin/sleep", Args: []string{"300"}, Dir: dir, Logger: logr.Discard(),
	})
	if err != nil {
		panic(err)
	}
	os.Stdout.WriteString(strconv.Itoa(p.PID()) + "\n")
	select {}
}

func TestKilledParentLeavesNothingBehind(t *testing.T) {
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), parentEnv+"="+t.TempDir())
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	eventually(t, "the end of the child", func() bool { return !running(child) })
}

// stray starts a process that no supervisor holds and returns its pid.
func stray(t *testing.T) int {
	t.Helper()
	cmd := exec.Command("/bin/sleep", "300")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd.Process.Pid
}

func TestEndsOnlyItsOwnLeftover(t *testing.T) {
	// A supervised child gives a pid file of the right form to start from.
	dir := t.TempDir()
	p := start(t, shell(t, dir, "exec sleep 300"))
	var mine map[string]any
	raw, err := os.ReadFile(filepath.Join(dir, "child.pid"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &mine); err != nil {
		t.Fatal(err)
	}
	write := func(t *testing.T, change func(map[string]any)) string {
		copied := map[string]any{}
		for k, v := range mine {
			copied[k] = v
		}
		change(copied)
		out, err := json.Marshal(copied)
		if err != nil {
			t.Fatal(err)
		}
		other := t.TempDir()
		if err := os.WriteFile(filepath.Join(other, "child.pid"), out, 0o600); err != nil {
			t.Fatal(err)
		}
		return other
	}
	t.Run("a pid used by another process", func(t *testing.T) {
		time.Sleep(50 * time.Millisecond) // start times are told apart by 10 ms
		pid := stray(t)
		other := write(t, func(m map[string]any) { m["pid"] = pid })
		ended, err := process.EndLeftover(t.Context(), other, "child", time.Second)
		if ended || err != nil || !running(pid) {
			t.Errorf("ended %v, %v, running %v", ended, err, running(pid))
		}
	})
	t.Run("a pid from before the reboot", func(t *testing.T) {
		other := write(t, func(m map[string]any) { m["bootID"] = "another" })
		ended, err := process.EndLeftover(t.Context(), other, "child", time.Second)
		if ended || err != nil || !running(p.PID()) {
			t.Errorf("ended %v, %v", ended, err)
		}
	})
	t.Run("no file and a damaged file", func(t *testing.T) {
		other := t.TempDir()
		if ended, err := process.EndLeftover(t.Context(), other, "child", time.Second); ended || err != nil {
			t.Errorf("no file: %v, %v", ended, err)
		}
		if err := os.WriteFile(filepath.Join(other, "child.pid"), []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		if ended, err := process.EndLeftover(t.Context(), other, "child", time.Second); ended || err != nil {
			t.Errorf("damaged file: %v, %v", ended, err)
		}
	})
	t.Run("the leftover", func(t *testing.T) {
		pid := p.PID()
		other := write(t, func(map[string]any) {})
		ended, err := process.EndLeftover(t.Context(), other, "child", time.Second)
		if !ended || err != nil || running(pid) {
			t.Errorf("ended %v, %v, running %v", ended, err, running(pid))
		}
	})
}

func TestLockHasOneHolder(t *testing.T) {
	dir := t.TempDir()
	unlock, err := process.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := process.Lock(dir); err == nil || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("want an error that names the holder, got %v", err)
	}
	unlock()
	unlock, err = process.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}
