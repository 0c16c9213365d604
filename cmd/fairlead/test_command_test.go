package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const caseSet = `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web}
spec:
  generators: [{clusters: {selector: {matchLabels: {env: prod}}}}]
  template: {metadata: {name: 'web-{{name}}'}, spec: {source: {repoURL: r}, destination: {name: '{{name}}'}}}
`

// casesFolder is a folder with a case that passes, one that fails and one
// without an expectation.
func casesFolder(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	expected := `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web-tokyo, namespace: argocd, finalizers: [resources-finalizer.argocd.argoproj.io]}
spec: {project: default, source: {repoURL: r}, destination: {name: tokyo}}
`
	fleet := "{apiVersion: fairlead.dev/v1alpha1, kind: Cluster, metadata: {name: tokyo, labels: {env: prod}}}\n" +
		"---\n{apiVersion: fairlead.dev/v1alpha1, kind: Cluster, metadata: {name: oslo, labels: {Env: prod}}}\n"
	for name, text := range map[string]string{
		"good/appset.yaml": caseSet, "good/clusters.yaml": fleet, "good/expected.yaml": expected,
		"bad/appset.yaml": caseSet, "bad/clusters.yaml": fleet, "bad/expected.yaml": strings.ReplaceAll(expected, "repoURL: r", "repoURL: <q>"),
		"none/appset.yaml": caseSet,
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func runCommand(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(context.Background(), args, streams{strings.NewReader(""), &out, &errs})
	return code, out.String(), errs.String()
}

func TestTestPrintsALinePerCaseAndDiffs(t *testing.T) {
	casesFolder(t)
	code, stdout, stderr := runCommand(t, "test", ".")
	for _, want := range []string{"FAIL  bad: generate\n", "      -    repoURL: <q>\n      +    repoURL: r\n", "pass  good\n",
		"FAIL  none: validate\n", "fairlead test --update", "+# 0 applications", "\n3 cases: 1 passed, 2 failed\n"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in:\n%s", want, stdout)
		}
	}
	if code != codeDiffers || stderr != "" {
		t.Errorf("exit %d, %s", code, stderr)
	}
	if code, stdout, _ := runCommand(t, "test", "good", "good"); code != codeOK || stdout != "pass  good\n1 cases: 1 passed, 0 failed\n" {
		t.Errorf("exit %d, %s", code, stdout)
	}
}

func TestTestUpdates(t *testing.T) {
	casesFolder(t)
	code, stdout, _ := runCommand(t, "test", "--update", ".")
	want := "pass  bad (updated)\npass  good\npass  none (updated)\n3 cases: 3 passed, 0 failed\n"
	if diff := cmp.Diff(want, stdout); code != codeOK || diff != "" {
		t.Errorf("exit %d, %s", code, diff)
	}
	if code, stdout, _ := runCommand(t, "test", "--strict", "."); code != codeOK {
		t.Errorf("exit %d, %s", code, stdout)
	}
}

func TestTestSaysThatAnUpdateDeletes(t *testing.T) {
	casesFolder(t)
	if err := os.WriteFile("none/expected-error.txt", []byte("stage: generate\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, stdout, _ := runCommand(t, "test", "--update", "none", "good")
	if want := "pass  none (updated, expected-error.txt deleted)\npass  good\n"; !strings.HasPrefix(stdout, want) {
		t.Errorf("%s", stdout)
	}
}

func TestTestReportsForMachines(t *testing.T) {
	casesFolder(t)
	code, stdout, _ := runCommand(t, "test", ".", "-o", "json")
	var report map[string]any
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != codeDiffers {
		t.Fatalf("exit %d, %v: %s", code, err, stdout)
	}
	diff := report["cases"].([]any)[0].(map[string]any)["diff"].(string)
	want := map[string]any{"passed": 1.0, "failed": 2.0, "cases": []any{
		map[string]any{"name": "bad", "result": "fail", "stage": "generate", "diff": diff},
		map[string]any{"name": "good", "result": "pass", "stage": "validate", "diff": ""},
		map[string]any{"name": "none", "result": "fail", "stage": "validate", "diff": report["cases"].([]any)[2].(map[string]any)["diff"]},
	}}
	if d := cmp.Diff(want, report); d != "" || !strings.Contains(diff, "@@") || !strings.Contains(stdout, "<q>") {
		t.Errorf("%s\n%s", d, stdout)
	}

	_, stdout, _ = runCommand(t, "test", ".", "-o", "junit")
	var suite junitSuite
	if err := xml.Unmarshal([]byte(stdout), &suite); err != nil || suite.Tests != 3 || suite.Failures != 2 ||
		suite.Cases[0].Failure == nil || suite.Cases[1].Failure != nil || !strings.Contains(suite.Cases[0].Failure.Diff, "<q>") {
		t.Errorf("%v: %s", err, stdout)
	}
}

func TestTestRefuses(t *testing.T) {
	casesFolder(t)
	for _, args := range [][]string{{"test"}, {"test", "gone"}, {"test", "good/clusters.yaml"}, {"test", ".", "-o", "xml"}, {"test", ".", "--timeout", "0"}, {"test", ".", "--timeout=-1s"}} {
		if code, stdout, stderr := runCommand(t, args...); code != codeUsage || stdout != "" || stderr == "" {
			t.Errorf("%v: exit %d, %s %s", args, code, stdout, stderr)
		}
	}
}

func TestExplainFromFiles(t *testing.T) {
	casesFolder(t)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"-f", "good", "--cluster", "tokyo"}, codeOK, "yes      row: generators[0].clusters: application web-tokyo"},
		{[]string{"-f", "good", "--cluster", "oslo"}, codeDiffers,
			"no       selector: generators[0].clusters: selector term env=prod: the cluster has no env\n" +
				"nearest  label Env=prod\nchange   fairlead cluster label oslo env=prod\n"},
		{[]string{"-f", "good/appset.yaml", "--clusters", "good/clusters.yaml", "--cluster", "tokyo"}, codeOK, "web-tokyo"},
		{[]string{"-f", "good", "--cluster", "Tokyo"}, codeNotFound, `did you mean "tokyo"?`},
		{[]string{"-f", "gone", "--cluster", "tokyo"}, codeUsage, "gone"},
		{[]string{"-f", "good"}, codeUsage, `"cluster" not set`},
		{[]string{"--cluster", "tokyo"}, codeUsage, "which set?"},
		{[]string{"web", "-f", "good", "--cluster", "tokyo"}, codeUsage, "give one of them"},
		{[]string{"-f", "good", "--cluster", "tokyo", "--repo", "u=good"}, codeUsage, "has its own repos"},
		{[]string{"-f", "good", "--cluster", "tokyo", "-o", "xml"}, codeUsage, `output "xml"`},
	} {
		code, stdout, stderr := runCommand(t, append([]string{"explain"}, c.args...)...)
		if code != c.code || !strings.Contains(stdout+stderr, c.want) {
			t.Errorf("%v: exit %d, want %d and %q:\n%s%s", c.args, code, c.code, c.want, stdout, stderr)
		}
	}
	_, stdout, _ := runCommand(t, "explain", "-f", "good", "--cluster", "oslo", "-o", "json")
	var answer map[string]any
	if err := json.Unmarshal([]byte(stdout), &answer); err != nil || answer["yes"] != false || answer["cluster"] != "oslo" ||
		answer["reason"].(map[string]any)["code"] != "selector" {
		t.Errorf("%v: %s", err, stdout)
	}
}
