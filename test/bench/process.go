package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// wholeProcess runs `fairlead expand` over n clusters: JSON in, names out.
func wholeProcess(n int) func() (job, error) {
	return func() (job, error) {
		dir, err := os.MkdirTemp("", "fairlead-bench")
		if err != nil {
			return job{}, err
		}
		set, err := sets.ReadFile("sets/clusters-go.yaml")
		if err != nil {
			return job{}, err
		}
		setFile, fleetFile := filepath.Join(dir, "set.yaml"), filepath.Join(dir, "clusters.json")
		for name, text := range map[string][]byte{setFile: set, fleetFile: inventoryJSON(n)} {
			if err := os.WriteFile(name, text, 0o600); err != nil {
				return job{}, err
			}
		}
		return job{
			applications: n,
			run: func() (any, error) {
				return runBinary("expand", "-f", setFile, "--clusters", fleetFile, "-o", "name")
			},
			verify: func(out any) error {
				if lines := bytes.Count(out.(processResult).stdout, []byte("\n")); lines != n {
					return fmt.Errorf("printed %d names, want %d", lines, n)
				}
				return nil
			},
			stop: func() { os.RemoveAll(dir) },
		}, nil
	}
}

// processResult is what a child printed and used.
type processResult struct {
	stdout  []byte
	peakRSS int64 // bytes
	cpu     float64
}

// binary is the program under test; `make bench` builds it.
const binary = "bin/fairlead"

func runBinary(args ...string) (processResult, error) { return runProgram(binary, nil, args...) }

// runProgram to its end; without an environment, in this process's.
func runProgram(program string, env []string, args ...string) (processResult, error) {
	cmd := exec.Command(program, args...)
	cmd.Env = env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return processResult{}, fmt.Errorf("%s %v: %w: %s", program, args, err, stderr.Bytes())
	}
	state := cmd.ProcessState
	result := processResult{stdout: out, cpu: (state.UserTime() + state.SystemTime()).Seconds()}
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		result.peakRSS = usage.Maxrss << 10
	}
	return result, nil
}
