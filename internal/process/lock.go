package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Lock makes this process the only one that runs children in dir, until it
// calls unlock or ends: the kernel frees the lock however that happens, so a
// leftover file means nothing. Holding it is the proof that recorded children
// are leftovers and not those of a living parent.
func Lock(dir string) (unlock func(), err error) {
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	held, err := tryLock(f)
	if err == nil && !held {
		owner, _ := os.ReadFile(path)
		err = fmt.Errorf("in use by process %s: stop it first", strings.TrimSpace(string(owner)))
	}
	if err == nil {
		err = os.WriteFile(path, fmt.Appendf(nil, "%d\n", os.Getpid()), 0o600)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return func() { f.Close() }, nil
}
