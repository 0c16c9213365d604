package jsonnet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/google/go-jsonnet"
)

// childName is how the child process is told from an ordinary start.
const childName = "fairlead-jsonnet"

// init makes a child of every binary that links the package, tests included,
// without a word in their main functions: a binary that forgot it would start
// itself over and over.
func init() {
	if len(os.Args) == 1 && os.Args[0] == childName {
		os.Exit(serve(os.Stdin, os.Stdout))
	}
}

// serve evaluates what it is asked to until in ends.
func serve(in io.Reader, out io.Writer) int {
	c := &child{in: json.NewDecoder(in), out: json.NewEncoder(out)}
	c.out.SetEscapeHTML(false)
	var s setup
	if err := c.in.Decode(&s); err != nil {
		return 1
	}
	if err := confine(s); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for {
		var r request
		if err := c.in.Decode(&r); err != nil {
			return 0
		}
		text, err := c.evaluate(s, r.File)
		answer := reply{Output: text}
		if err != nil {
			answer.Error = err.Error()
		}
		if err := c.out.Encode(answer); err != nil {
			return 1
		}
	}
}

// confine sets the limits that the kernel keeps.
func confine(s setup) error {
	used, err := dataBytes()
	if err != nil {
		return err
	}
	for resource, limit := range map[int]uint64{
		syscall.RLIMIT_DATA:  used + s.MemoryBytes,
		syscall.RLIMIT_CPU:   s.CPUSeconds,
		syscall.RLIMIT_CORE:  0,
		syscall.RLIMIT_FSIZE: 0,
	} {
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return fmt.Errorf("limit resource %d: %w", resource, err)
		}
	}
	debug.SetMemoryLimit(int64(s.MemoryBytes) * 3 / 4)
	return nil
}

// dataBytes is what this process has mapped for data, as the kernel counts it
// against RLIMIT_DATA (proc(5), statm).
func dataBytes() (uint64, error) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var size, resident, shared, code, library, data uint64
	if _, err := fmt.Sscan(string(text), &size, &resident, &shared, &code, &library, &data); err != nil {
		return 0, fmt.Errorf("read /proc/self/statm: %w", err)
	}
	return data * uint64(os.Getpagesize()), nil
}

// child is the evaluating side.
type child struct {
	in  *json.Decoder
	out *json.Encoder
}

func (c *child) evaluate(s setup, file string) (string, error) {
	vm := jsonnet.MakeVM()
	vm.SetTraceOut(io.Discard)
	vm.Importer(&importer{child: c, known: map[string]jsonnet.Contents{}})
	set(s.ExtVars, vm.ExtVar, vm.ExtCode)
	set(s.TLAs, vm.TLAVar, vm.TLACode)
	text, err := vm.EvaluateFile(file)
	if err != nil {
		return "", errors.New(brief(err.Error()))
	}
	return text, nil
}

// brief is an error of the library with the innermost place of its trace.
func brief(text string) string {
	text = strings.TrimPrefix(text, "RUNTIME ERROR: ")
	message, trace, found := strings.Cut(text, "\n\t")
	if !found {
		return strings.TrimSpace(text)
	}
	where, _, _ := strings.Cut(trace, "\t")
	return fmt.Sprintf("%s, at %s", strings.TrimSpace(message), strings.TrimSpace(where))
}

func set(variables []variable, text, code func(name, value string)) {
	for _, v := range variables {
		if v.Code {
			code(v.Name, v.Value)
		} else {
			text(v.Name, v.Value)
		}
	}
}

// importer asks the parent. One name has one content, as the library wants.
type importer struct {
	child *child
	known map[string]jsonnet.Contents
}

func (i *importer) Import(from, path string) (jsonnet.Contents, string, error) {
	var answer content
	if err := i.child.out.Encode(reply{Import: &imported{From: from, Path: path}}); err != nil {
		return jsonnet.Contents{}, "", err
	}
	if err := i.child.in.Decode(&answer); err != nil {
		return jsonnet.Contents{}, "", err
	}
	if answer.Error != "" {
		return jsonnet.Contents{}, "", errors.New(answer.Error)
	}
	if _, ok := i.known[answer.Name]; !ok {
		i.known[answer.Name] = jsonnet.MakeContentsRaw(answer.Text)
	}
	return i.known[answer.Name], answer.Name, nil
}
