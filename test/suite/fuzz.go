package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// fuzz is the stage that runs every fuzz target on new inputs for a while; its
// seeds are ordinary tests of the other stages.
const fuzz = "fuzz"

// fuzzTime is how long `make test` gives each target.
const fuzzTime = 3 * time.Second

var fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// fuzzTargets lists the targets of a package, sorted.
func fuzzTargets(p listed) ([]string, error) {
	var targets []string
	for _, file := range slices.Concat(p.TestGoFiles, p.XTestGoFiles) {
		text, err := os.ReadFile(filepath.Join(p.Dir, file))
		if err != nil {
			return nil, err
		}
		for _, match := range fuzzTarget.FindAllSubmatch(text, -1) {
			targets = append(targets, string(match[1]))
		}
	}
	slices.Sort(targets)
	return targets, nil
}

// runFuzz runs the targets one after the other: go test takes one at a time.
func runFuzz(ctx context.Context, targets map[string][]string, packages []string, each time.Duration, out io.Writer) error {
	for _, path := range packages {
		for _, target := range targets[path] {
			fmt.Fprintf(out, "suite: fuzz: %s of %s\n", target, path)
			args := []string{"test", "-run=^$", "-fuzz=^" + target + "$", "-fuzztime=" + each.String(), "-fuzzminimizetime=10x", path}
			if err := runGo(ctx, args, os.Environ(), out); err != nil {
				return fmt.Errorf("%s of %s: %w; the input is in its testdata/fuzz", target, path, err)
			}
		}
	}
	return nil
}
