package process

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"
)

// EndLeftover ends the process that an earlier parent recorded for dir and
// name, if it still runs: SIGTERM, SIGKILL after grace. It reports whether
// there was one. A pid that now belongs to another process is left alone.
// Callers must make sure that the earlier parent is really gone (a lock on
// the directory does that).
func EndLeftover(ctx context.Context, dir, name string, grace time.Duration) (bool, error) {
	path := pidPath(dir, name)
	id, err := readPIDFile(path)
	if err != nil || id == nil {
		return false, err
	}
	defer removePIDFile(path)
	// The handle is taken before the identity is compared: it pins the process
	// (a pidfd), so the signals below cannot reach a later user of the pid.
	handle, err := os.FindProcess(id.PID)
	if err != nil {
		return false, nil
	}
	defer handle.Release()
	if !id.alive() {
		return false, nil
	}
	if err := handle.Signal(syscall.SIGTERM); err != nil {
		return false, nil // ended between the two lines
	}
	if id.goneWithin(ctx, grace) {
		return true, nil
	}
	_ = handle.Kill()
	if id.goneWithin(context.WithoutCancel(ctx), 10*time.Second) {
		return true, nil
	}
	return false, fmt.Errorf("leftover %s (process %d) does not end: end it by hand, then start again", name, id.PID)
}

// alive says whether exactly this process still runs; a zombie does not.
func (id *identity) alive() bool {
	now, err := identify(id.PID)
	return err == nil && *now == *id
}

func (id *identity) goneWithin(ctx context.Context, limit time.Duration) bool {
	deadline := time.Now().Add(limit)
	for id.alive() {
		if time.Now().After(deadline) || ctx.Err() != nil {
			return false
		}
		time.Sleep(10 * time.Millisecond)
	}
	return true
}
