package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/go-logr/logr"
)

// Spec describes one supervised child. Name and Dir together identify it
// across restarts of the parent: Dir/Name.pid and Dir/Name.log belong to it.
type Spec struct {
	// Name of the child, unique within Dir; used in file names and messages.
	Name string
	// Path of the executable, Args without the executable itself.
	Path string
	Args []string
	// Env is the whole environment of the child: nothing is inherited, so a
	// secret in the parent's environment does not travel.
	Env []string
	// WorkDir is the child's working directory; empty means Dir.
	WorkDir string
	// Dir holds the pid and log files. It must exist.
	Dir string
	// Grace is how long the child may take between SIGTERM and SIGKILL;
	// 0 means 10 s.
	Grace time.Duration
	// Backoff before a restart; zero fields take defaults.
	Backoff Backoff
	// MaxLog is the size in bytes at which the log file is moved to
	// NAME.log.1; 0 means 16 MiB.
	MaxLog int64
	// Logger receives starts, exits and restarts.
	Logger logr.Logger
}

// Process is a running, supervised child.
type Process struct {
	spec Spec
	stop chan struct{} // closed by Stop
	kill chan struct{} // closed when Stop has run out of patience
	done chan struct{} // closed when the supervisor has returned

	stopOnce, killOnce sync.Once

	mu    sync.Mutex
	pid   int
	exits int
	last  error
}

// Start ends a leftover of the same Dir and Name, starts the child and keeps
// it running until Stop. The context bounds only the start; the error is that
// of the first start (a missing executable, say). A child that starts and then
// dies is restarted, see Exits.
func Start(ctx context.Context, spec Spec) (*Process, error) {
	if spec.Name == "" || spec.Dir == "" || spec.Path == "" {
		return nil, errors.New("start process: name, directory and path are required")
	}
	spec = spec.withDefaults()
	if _, err := EndLeftover(ctx, spec.Dir, spec.Name, spec.Grace); err != nil {
		return nil, err
	}
	p := &Process{
		spec: spec,
		stop: make(chan struct{}),
		kill: make(chan struct{}),
		done: make(chan struct{}),
	}
	started := make(chan error, 1)
	go p.supervise(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	return p, nil
}

func (s Spec) withDefaults() Spec {
	if s.Grace <= 0 {
		s.Grace = 10 * time.Second
	}
	if s.MaxLog <= 0 {
		s.MaxLog = 16 << 20
	}
	if s.WorkDir == "" {
		s.WorkDir = s.Dir
	}
	s.Backoff = s.Backoff.withDefaults()
	return s
}

// Stop ends the child: SIGTERM, then SIGKILL after the grace period or when
// the context ends, whichever comes first. It returns when the child is gone
// and its pid file removed; calling it again is harmless.
func (p *Process) Stop(ctx context.Context) error {
	p.stopOnce.Do(func() { close(p.stop) })
	timer := time.NewTimer(p.spec.Grace)
	defer timer.Stop()
	select {
	case <-p.done:
		return nil
	case <-timer.C:
	case <-ctx.Done():
	}
	p.killOnce.Do(func() { close(p.kill) })
	select {
	case <-p.done:
		return nil
	case <-time.After(10 * time.Second):
		return fmt.Errorf("stop %s: process %d is still there 10s after SIGKILL", p.spec.Name, p.PID())
	}
}

// PID of the child now, 0 between two runs of it.
func (p *Process) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pid
}

// Exits says how often the child ended on its own, and how it ended last.
func (p *Process) Exits() (n int, last error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.exits, p.last
}

// Name as given in the Spec.
func (p *Process) Name() string { return p.spec.Name }

// LogPath of the file that holds the child's standard output and error.
func (p *Process) LogPath() string { return filepath.Join(p.spec.Dir, p.spec.Name+".log") }

// LogTail returns up to the last n bytes of the log, for error messages.
func (p *Process) LogTail(n int64) string {
	f, err := os.Open(p.LogPath())
	if err != nil {
		return ""
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	off := max(0, info.Size()-n)
	buf := make([]byte, info.Size()-off)
	read, _ := f.ReadAt(buf, off)
	return string(buf[:read])
}
