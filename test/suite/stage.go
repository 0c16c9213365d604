package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

const (
	module      = "github.com/fairlead/fairlead"
	testenvPath = module + "/internal/testenv"
	e2ePath     = module + "/test/e2e"
)

// stage is one go command over packages, or several.
type stage struct {
	name     string
	commands [][]string // of go; default: test
	packages []string
	flags    []string
	servers  bool                // shared API servers are started before
	targets  map[string][]string // of the fuzz stage, by package
}

// static is the stage without tests: it reads every package.
const static = "static"

// newStages is the inventory, in the order of running: what fails fast comes
// first. Packages that share API servers run one at a time, because two cores
// are soon busy with three clusters.
func newStages() []stage {
	return []stage{
		{name: static, commands: [][]string{
			{"vet"},
			{"tool", "-modfile=tools/lint/go.mod", "staticcheck"},
		}},
		{name: "unit", flags: []string{"-race", "-timeout=10m"}},
		{name: fuzz, targets: map[string][]string{}},
		{name: "servers", flags: []string{"-race", "-timeout=15m", "-p=1"}, servers: true},
		{name: "e2e", flags: []string{"-timeout=30m", "-p=1"}, servers: true},
	}
}

func stageNames() []string {
	var names []string
	for _, s := range newStages() {
		names = append(names, s.name)
	}
	return names
}

// listed is what plan needs of `go list -test -json`. A package with tests has
// an entry IMPORTPATH.test, whose Deps are everything that is linked in.
type listed struct {
	ImportPath                string
	Deps                      []string
	Dir                       string
	TestGoFiles, XTestGoFiles []string
}

// plan sorts the packages that have tests into stages.
func plan(ctx context.Context, patterns []string) ([]stage, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-test", "-json=ImportPath,Deps,Dir,TestGoFiles,XTestGoFiles"}, patterns...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("list packages: %w", err)
	}
	return sortPackages(&out)
}

func sortPackages(list io.Reader) ([]stage, error) {
	stages := newStages()
	for decoder := json.NewDecoder(list); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return stages, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list packages: %w", err)
		}
		path, isTest := strings.CutSuffix(p.ImportPath, ".test")
		if !isTest {
			if !strings.Contains(path, " ") { // not one rebuilt for a test
				stages[0].packages = append(stages[0].packages, path)
				if err := addFuzz(stages, p); err != nil {
					return nil, err
				}
			}
			continue
		}
		name := stageOf(path, p.Deps)
		i := slices.IndexFunc(stages, func(s stage) bool { return s.name == name })
		stages[i].packages = append(stages[i].packages, path)
	}
}

func addFuzz(stages []stage, p listed) error {
	targets, err := fuzzTargets(p)
	if err != nil || len(targets) == 0 {
		return err
	}
	i := slices.IndexFunc(stages, func(s stage) bool { return s.name == fuzz })
	stages[i].packages = append(stages[i].packages, p.ImportPath)
	stages[i].targets[p.ImportPath] = targets
	return nil
}

func stageOf(path string, deps []string) string {
	switch {
	case path == e2ePath || strings.HasPrefix(path, e2ePath+"/"):
		return "e2e"
	case slices.ContainsFunc(deps, isTestenv):
		return "servers"
	default:
		return "unit"
	}
}

// isTestenv also knows a package rebuilt for a test: "PATH [OTHER.test]".
func isTestenv(dep string) bool {
	path, _, _ := strings.Cut(dep, " ")
	return path == testenvPath
}
