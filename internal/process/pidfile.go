package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// identity names one process on this machine for good: a pid alone is reused,
// a pid with its start time (clock ticks since boot, field 22 of
// /proc/PID/stat, see proc_pid_stat(5)) is not, within one boot.
type identity struct {
	PID   int    `json:"pid"`
	Start uint64 `json:"startTicks"`
	Boot  string `json:"bootID"`
}

func (p *Process) pidPath() string { return pidPath(p.spec.Dir, p.spec.Name) }

func pidPath(dir, name string) string { return filepath.Join(dir, name+".pid") }

// writePIDFile records a process by rename, so a reader never sees half a file.
func writePIDFile(path string, pid int) error {
	id, err := identify(pid)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // already gone: its exit is reported by whoever waits for it
	}
	if err != nil {
		return err
	}
	raw, err := json.Marshal(id)
	if err != nil {
		return err
	}
	tmp := path + ".new"
	if err := os.WriteFile(tmp, append(raw, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

func removePIDFile(path string) { _ = os.Remove(path) }

// readPIDFile returns nil without an error when there is no usable file: what
// cannot be read proves nothing, and so nothing is ended for it.
func readPIDFile(path string) (*identity, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read pid file: %w", err)
	}
	var id identity
	if err := json.Unmarshal(raw, &id); err != nil || id.PID <= 1 || id.Start == 0 {
		return nil, nil
	}
	return &id, nil
}
