package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// adoptOrphans makes this process the parent of every descendant whose own
// parent ends (PR_SET_CHILD_SUBREAPER, prctl(2)). So at the end of the run
// whatever the tests left behind is a child of ours.
func adoptOrphans() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("adopt orphans: %w", err)
	}
	return nil
}

// endSurvivors waits for the last children to end; those that are still there
// after the grace period are ended and named in the error.
func endSurvivors(grace time.Duration) error {
	deadline := time.Now().Add(grace)
	for {
		left, err := children(os.Getpid())
		if err != nil || len(left) == 0 {
			return err
		}
		if time.Now().Before(deadline) {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		errs := []error{errors.New("processes survived the tests that started them")}
		for _, c := range left {
			errs = append(errs, fmt.Errorf("process %d: %s", c.pid, c.command))
			_ = unix.Kill(c.pid, unix.SIGKILL)
		}
		return errors.Join(errs...)
	}
}

type child struct {
	pid     int
	command string
}

// children that run; a zombie has ended already.
func children(parent int) ([]child, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	var found []child
	for _, path := range stats {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile
		}
		// pid (command) state ppid ..., see proc_pid_stat(5)
		fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
		if len(fields) < 2 || fields[0] == "Z" || fields[1] != strconv.Itoa(parent) {
			continue
		}
		dir := filepath.Dir(path)
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		line, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		found = append(found, child{pid, strings.TrimSpace(strings.ReplaceAll(string(line), "\x00", " "))})
	}
	return found, nil
}
