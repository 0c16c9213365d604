package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSortPackages(t *testing.T) {
	list := `
{"ImportPath": "github.com/fairlead/fairlead/generators", "Deps": ["fmt"]}
{"ImportPath": "github.com/fairlead/fairlead/generators.test", "Deps": ["fmt"]}
{"ImportPath": "github.com/fairlead/fairlead/internal/apply.test", "Deps": ["fmt", "github.com/fairlead/fairlead/internal/testenv"]}
{"ImportPath": "github.com/fairlead/fairlead/internal/localkube.test",
 "Deps": ["github.com/fairlead/fairlead/internal/testenv [github.com/fairlead/fairlead/internal/localkube.test]"]}
{"ImportPath": "github.com/fairlead/fairlead/test/e2e.test", "Deps": ["fmt"]}
{"ImportPath": "github.com/fairlead/fairlead/test/e2efoo.test", "Deps": ["fmt"]}
`
	stages, err := sortPackages(strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, s := range stages {
		for _, p := range s.packages {
			got[s.name] = append(got[s.name], strings.TrimPrefix(p, module+"/"))
		}
	}
	want := map[string][]string{
		"static":  {"generators"},
		"unit":    {"generators", "test/e2efoo"},
		"servers": {"internal/apply", "internal/localkube"},
		"e2e":     {"test/e2e"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
}

func TestFuzzTargetsAreFound(t *testing.T) {
	dir := t.TempDir()
	for file, text := range map[string]string{
		"a_test.go": "func FuzzB(f *testing.F) {}\nfunc TestA() {}\n\nfunc FuzzA(f *testing.F) {}\n",
		"b_test.go": "// func FuzzC(f)\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := fuzzTargets(listed{Dir: dir, TestGoFiles: []string{"b_test.go"}, XTestGoFiles: []string{"a_test.go"}})
	if diff := cmp.Diff([]string{"FuzzA", "FuzzB"}, got); err != nil || diff != "" {
		t.Errorf("targets (-want +got): %v\n%s", err, diff)
	}
}

func TestParse(t *testing.T) {
	opts, err := parse([]string{"-stages", "unit,e2e", "-flags", "-v -run X", "--", "./a", "./b"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	want := options{stages: []string{"unit", "e2e"}, flags: []string{"-v", "-run", "X"}, packages: []string{"./a", "./b"}, fuzzTime: fuzzTime}
	if diff := cmp.Diff(want, opts, cmp.AllowUnexported(options{})); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	if _, err := parse([]string{"-stages", "nothing"}, io.Discard); err == nil {
		t.Error("an unknown stage was taken")
	}
}

// An orphan in a session of its own is what a careless daemon looks like.
func TestSurvivorsAreFoundAndEnded(t *testing.T) {
	if err := adoptOrphans(); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("sh", "-c", "setsid sleep 300 >/dev/null 2>&1 & echo $!").Output()
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	err = endSurvivors(100 * time.Millisecond)
	if err == nil || !strings.Contains(err.Error(), "process "+strconv.Itoa(pid)+": sleep 300") {
		t.Errorf("want an error that names process %d, got %v", pid, err)
	}
	if err := endSurvivors(5 * time.Second); err != nil {
		t.Errorf("after ending them: %v", err)
	}
}
