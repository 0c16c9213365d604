package process

import (
	"errors"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// supervise runs the child until Stop. The kernel ends a child when the
// *thread* that forked it ends, not when the process does, and Go retires idle
// threads as it likes. Therefore this goroutine keeps its thread locked for
// its whole life, and every start happens here.
func (p *Process) supervise(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.done)

	log := p.spec.Logger.WithValues("process", p.spec.Name)
	var wait time.Duration
	for first := true; ; first = false {
		begin := time.Now()
		run, err := p.start()
		if first {
			started <- err
			if err != nil {
				return
			}
		}
		if err == nil {
			log.V(1).Info("started", "pid", run.cmd.Process.Pid)
			err = p.await(run)
		}
		if p.stopping() {
			return
		}
		p.recordExit(err)
		wait = p.spec.Backoff.next(wait, time.Since(begin))
		log.Info("ended, restarting", "after", time.Since(begin).Round(time.Millisecond).String(),
			"wait", wait.String(), "exit", exitText(err), "log", p.LogPath())
		select {
		case <-time.After(wait):
		case <-p.stop:
			return
		}
	}
}

// run is one life of the child.
type run struct {
	cmd  *exec.Cmd
	exit chan error // receives the result of Wait once
}

func (p *Process) start() (*run, error) {
	out, err := openLog(p.LogPath(), p.spec.MaxLog)
	if err != nil {
		return nil, err
	}
	defer out.Close() // the child holds its own descriptor
	cmd := exec.Command(p.spec.Path, p.spec.Args...)
	cmd.Dir, cmd.Env = p.spec.WorkDir, p.spec.Env
	if cmd.Env == nil {
		cmd.Env = []string{}
	}
	cmd.Stdout, cmd.Stderr = out, out
	if cmd.SysProcAttr, err = childAttr(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	r := &run{cmd: cmd, exit: make(chan error, 1)}
	go func() { r.exit <- cmd.Wait() }()
	p.setPID(cmd.Process.Pid)
	if err := writePIDFile(p.pidPath(), cmd.Process.Pid); err != nil {
		_ = cmd.Process.Kill()
		<-r.exit
		p.setPID(0)
		return nil, err
	}
	return r, nil
}

// await returns when this run is over, passing on Stop's signals.
func (p *Process) await(r *run) error {
	defer func() {
		p.setPID(0)
		removePIDFile(p.pidPath())
	}()
	rotate := time.NewTicker(time.Minute)
	defer rotate.Stop()
	stop, kill := p.stop, (chan struct{})(nil)
	for {
		select {
		case err := <-r.exit:
			return err
		case <-rotate.C:
			if err := rotateLog(p.LogPath(), p.spec.MaxLog); err != nil {
				p.spec.Logger.Error(err, "rotate log", "process", p.spec.Name)
			}
		case <-stop:
			stop, kill = nil, p.kill
			_ = r.cmd.Process.Signal(syscall.SIGTERM) // an error means that it has just ended
		case <-kill:
			kill = nil
			_ = r.cmd.Process.Kill()
		}
	}
}

func (p *Process) stopping() bool {
	select {
	case <-p.stop:
		return true
	default:
		return false
	}
}

func (p *Process) setPID(pid int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pid = pid
}

func (p *Process) recordExit(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.exits++
	p.last = err
	if err == nil {
		p.last = errors.New("exit status 0")
	}
}

func exitText(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}
