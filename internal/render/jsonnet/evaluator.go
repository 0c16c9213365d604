package jsonnet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"slices"
	"strings"
	"syscall"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Limits bound the evaluation of the files of one source.
type Limits struct {
	// MemoryBytes is the most the evaluating process may take.
	MemoryBytes uint64
	// CPUSeconds is the most processor time it may use, over all files.
	CPUSeconds uint64
	// OutputBytes is the most one file may evaluate to.
	OutputBytes int
	// Imports is the most files that one source may import, over all files.
	Imports int
}

// DefaultLimits are 512 MiB, 60 seconds, 10 MiB and 10,000 imports.
func DefaultLimits() Limits {
	return Limits{MemoryBytes: 512 << 20, CPUSeconds: 60, OutputBytes: 10 << 20, Imports: 10_000}
}

// Evaluator evaluates files of one source. Close it after use.
type Evaluator struct {
	limits  Limits
	library library
	setup   setup

	cmd     *exec.Cmd // nil before the first file
	ctx     context.Context
	to      io.WriteCloser
	from    *io.LimitedReader
	decode  *json.Decoder
	stderr  *head
	imports int
}

// New prepares the evaluation of files of tree. env substitutes build
// environment variables in the values of variables. Nothing runs yet.
func New(tree fs.FS, folder string, options v1alpha1.ApplicationSourceJsonnet, env func(string) string, limits Limits) (*Evaluator, error) {
	l, err := newLibrary(tree, folder, options.Libs)
	if err != nil {
		return nil, err
	}
	return &Evaluator{limits: limits, library: l, setup: setup{
		ExtVars: variables(options.ExtVars, env), TLAs: variables(options.TLAs, env),
		MemoryBytes: limits.MemoryBytes, CPUSeconds: limits.CPUSeconds,
	}}, nil
}

func variables(list []v1alpha1.JsonnetVar, env func(string) string) []variable {
	out := make([]variable, len(list))
	for i, v := range list {
		out[i] = variable{Name: v.Name, Value: env(v.Value), Code: v.Code}
	}
	return out
}

// Evaluate returns the JSON that a file evaluates to. ctx ends the process,
// and must be the same in every call.
func (e *Evaluator) Evaluate(ctx context.Context, file string) (string, error) {
	text, err := e.evaluate(ctx, file)
	if err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	return text, nil
}

func (e *Evaluator) evaluate(ctx context.Context, file string) (string, error) {
	if err := e.start(ctx); err != nil {
		return "", fmt.Errorf("start the Jsonnet process: %w", err)
	}
	if err := e.send(request{File: file}); err != nil {
		return "", e.ended(err)
	}
	for {
		var r reply
		e.from.N = int64(e.limits.OutputBytes)*2 + 64<<10 // quoted, at worst
		if err := e.decode.Decode(&r); err != nil {
			return "", e.ended(err)
		}
		switch {
		case r.Import != nil:
			if err := e.send(e.answer(*r.Import)); err != nil {
				return "", e.ended(err)
			}
		case r.Error != "":
			return "", errors.New(strings.TrimSpace(r.Error))
		case len(r.Output) > e.limits.OutputBytes:
			return "", fmt.Errorf("evaluates to %d bytes, the limit is %d", len(r.Output), e.limits.OutputBytes)
		default:
			return r.Output, nil
		}
	}
}

func (e *Evaluator) answer(q imported) content {
	if e.imports++; e.imports > e.limits.Imports {
		return content{Error: fmt.Sprintf("more than %d imports", e.limits.Imports)}
	}
	name, text, err := e.library.find(q.From, q.Path)
	if err != nil {
		return content{Error: err.Error()}
	}
	return content{Name: name, Text: text}
}

func (e *Evaluator) start(ctx context.Context) (err error) {
	if e.cmd != nil {
		return nil
	}
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args = []string{childName}
	cmd.Env = []string{"GOMAXPROCS=1", "GOTRACEBACK=none"}
	cmd.Dir = "/"
	e.stderr = &head{}
	cmd.Stderr = e.stderr
	if e.to, err = cmd.StdinPipe(); err != nil {
		return err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	e.cmd, e.ctx = cmd, ctx
	e.from = &io.LimitedReader{R: stdout}
	e.decode = json.NewDecoder(e.from)
	return e.send(e.setup)
}

func (e *Evaluator) send(message any) error { return json.NewEncoder(e.to).Encode(message) }

// ended says why the process is gone, or makes it so.
func (e *Evaluator) ended(cause error) error {
	over := e.from.N <= 0
	e.Close()
	state := e.cmd.ProcessState
	status, _ := state.Sys().(syscall.WaitStatus)
	said := e.stderr.String()
	switch {
	case e.ctx.Err() != nil:
		return fmt.Errorf("evaluation stopped: %w", context.Cause(e.ctx))
	case over:
		return fmt.Errorf("evaluates to more than %d bytes", e.limits.OutputBytes)
	case saysAny(said, "out of memory", "cannot allocate memory", "failed to create new OS thread", "failed to allocate"):
		return fmt.Errorf("needs more than %d MiB of memory", e.limits.MemoryBytes>>20)
	case saysAny(said, "stack exceeds", "stack overflow"):
		return errors.New("nests too deep")
	case status.Signaled() && (status.Signal() == syscall.SIGXCPU || status.Signal() == syscall.SIGKILL):
		return fmt.Errorf("takes more than %d seconds of processor time", e.limits.CPUSeconds)
	}
	return fmt.Errorf("the Jsonnet process ended (%s, %q): %w", state, firstLine(said), cause)
}

func saysAny(text string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// Close ends the process.
func (e *Evaluator) Close() {
	if e.cmd == nil || e.cmd.ProcessState != nil {
		return
	}
	e.to.Close()         //nolint:errcheck // nothing is buffered
	e.cmd.Process.Kill() //nolint:errcheck // it may be gone
	e.cmd.Wait()         //nolint:errcheck // it was killed
}

// head keeps the beginning of what is written.
type head struct{ text []byte }

func (h *head) Write(p []byte) (int, error) {
	h.text = append(h.text, p[:min(len(p), 4096-len(h.text))]...)
	return len(p), nil
}

func (h *head) String() string { return string(h.text) }
