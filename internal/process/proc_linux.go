package process

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// childAttr makes the kernel end the child with its parent, and puts it in a
// process group of its own so that Ctrl-C in a terminal reaches the parent
// only, which then stops its children in order.
func childAttr() (*syscall.SysProcAttr, error) {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}, nil
}

// identify reads a live process from /proc; a missing one or a zombie is
// fs.ErrNotExist.
func identify(pid int) (*identity, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, gone(pid, err)
	}
	state, start, err := parseStat(raw)
	if err != nil {
		return nil, fmt.Errorf("process %d: %w", pid, err)
	}
	if state == "Z" || state == "X" {
		return nil, gone(pid, fs.ErrNotExist)
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return nil, err
	}
	return &identity{PID: pid, Start: start, Boot: strings.TrimSpace(string(boot))}, nil
}

// gone maps every sign of a vanished process to fs.ErrNotExist. Reading the
// file of a process that ends meanwhile answers ESRCH.
func gone(pid int, err error) error {
	if os.IsNotExist(err) || strings.Contains(err.Error(), syscall.ESRCH.Error()) {
		return fmt.Errorf("process %d: %w", pid, fs.ErrNotExist)
	}
	return err
}

// parseStat takes the state (field 3) and the start time (field 22). The
// command name (field 2) may hold spaces and brackets, so counting begins
// after its last closing bracket.
func parseStat(raw []byte) (state string, start uint64, err error) {
	end := bytes.LastIndexByte(raw, ')')
	if end < 0 {
		return "", 0, fmt.Errorf("unexpected stat %q", raw)
	}
	fields := strings.Fields(string(raw[end+1:]))
	if len(fields) < 20 {
		return "", 0, fmt.Errorf("unexpected stat %q", raw)
	}
	start, err = strconv.ParseUint(fields[19], 10, 64)
	return fields[0], start, err
}

// tryLock takes an exclusive lock that belongs to the open file (flock(2));
// children do not inherit it, because Go opens files close-on-exec.
func tryLock(f *os.File) (held bool, err error) {
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
