package store

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lockPoll is how often a lock that another process holds is tried.
const lockPoll = 50 * time.Millisecond

// lock takes the exclusive lock of a path, by a file beside it, because a
// damaged file may only be judged and moved by the process that owns it. The
// kernel drops the lock with the process.
func lock(path string, timeout time.Duration) (*os.File, error) {
	name := path + ".lock"
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	deadline := time.Now().Add(timeout)
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return f, nil
		case errors.Is(err, syscall.EINTR):
		case !errors.Is(err, syscall.EWOULDBLOCK):
			_ = f.Close() // nothing was written
			return nil, fmt.Errorf("lock %s: %w", name, err)
		case time.Now().After(deadline):
			_ = f.Close() // nothing was written
			return nil, fmt.Errorf("another agent is using %s: stop the other process, or give this one a data directory of its own", path)
		default:
			time.Sleep(lockPoll)
		}
	}
}
