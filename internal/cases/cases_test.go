package cases

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const plain = `
-- appset.yaml --
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web}
spec:
  generators: [{list: {elements: [{name: a}, {name: b}]}}]
  template: {metadata: {name: '{{name}}'}, spec: {project: default, source: {repoURL: r}, destination: {name: in-cluster}}}
`

const plainExpected = `
-- expected.yaml --
# in any order, of any style
{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: b, namespace: argocd, creationTimestamp: null, finalizers: [resources-finalizer.argocd.argoproj.io]},
 spec: {project: default, source: {repoURL: r}, destination: {name: in-cluster}}, status: {}}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: a, namespace: argocd, finalizers: [resources-finalizer.argocd.argoproj.io]}
spec: {project: default, source: {repoURL: r}, destination: {name: in-cluster}}
`

// folder writes files into a folder of that name.
func folder(t *testing.T, name string, texts ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	add(t, dir, texts...)
	return dir
}

// header stands above each file of a text, as in txtar archives.
var header = regexp.MustCompile(`(?m)^-- (\S+) --\n`)

func add(t *testing.T, dir string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		at := header.FindAllStringSubmatchIndex(text, -1)
		for i, m := range at {
			end := len(text)
			if i+1 < len(at) {
				end = at[i+1][0]
			}
			path := filepath.Join(dir, text[m[2]:m[3]])
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text[m[1]:end]), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func one(t *testing.T, dir string, opts Options) Verdict {
	t.Helper()
	found, err := Find([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	verdicts := Run(t.Context(), found, opts)
	if len(verdicts) != 1 {
		t.Fatalf("found %d cases", len(verdicts))
	}
	return verdicts[0]
}

func TestVerdicts(t *testing.T) {
	broken := strings.ReplaceAll(plain, "[{list: {elements: [{name: a}, {name: b}]}}]", "[{git: {repoURL: r}}]")
	rejected := strings.NewReplacer("spec:\n", "spec:\n  goTemplate: true\n  goTemplateOptions: [missingkey=error]\n", "'{{name}}'", "'{{.nope}}'").Replace(plain)
	elsewhere := strings.ReplaceAll(plain, "in-cluster", "nowhere")
	for name, c := range map[string]struct {
		files  []string
		strict bool
		stage  Stage
		diff   string // a part of it; empty for a pass
	}{
		"equal in meaning":                    {[]string{plain, plainExpected}, false, StageValidate, ""},
		"a field differs":                     {[]string{plain, strings.ReplaceAll(plainExpected, "repoURL: r", "repoURL: q")}, false, StageGenerate, "-    repoURL: q\n+    repoURL: r"},
		"an application less":                 {[]string{plain, "-- expected.yaml --\n# 0 applications\n"}, false, StageGenerate, "+kind: Application"},
		"no expectation":                      {[]string{plain}, false, StageValidate, "fairlead test --update"},
		"two expectations":                    {[]string{plain, plainExpected, "-- expected-error.txt --\nstage: decode\n"}, false, StageValidate, "keep one"},
		"a malformed expectation":             {[]string{plain, "-- expected.yaml --\na: b: c\n"}, false, StageValidate, "expected.yaml"},
		"an error is expected and none comes": {[]string{plain, "-- expected-error.txt --\nstage: generate\nerror: x\n"}, false, StageGenerate, "-error: x"},
		"the error comes":                     {[]string{broken, "-- expected-error.txt --\nstage: generate\nreason: R\nerror: other words\n"}, false, StageGenerate, ""},
		"the error comes in another stage":    {[]string{broken, "-- expected-error.txt --\nstage: decode\nerror: x\n"}, false, StageGenerate, "+stage: generate"},
		"an error of no named stage":          {[]string{broken, "-- expected-error.txt --\nerror: x\n"}, false, StageGenerate, "expected-error.txt: says no stage"},
		"an error of an unknown stage":        {[]string{broken, "-- expected-error.txt --\nstage: render\nerror: x\n"}, false, StageGenerate, `stage "render" is none`},
		"an empty error":                      {[]string{broken, "-- expected-error.txt --\n\n"}, false, StageGenerate, "expected-error.txt: is empty"},
		"the diff has the lines of the file":  {[]string{plain, "-- expected-error.txt --\nstage: generate\nreason: R\n"}, false, StageGenerate, "-reason: R\n+apiVersion"},
		"no expectation, an error":            {[]string{broken}, false, StageGenerate, "+error: generators[0].git: neither"},
		"no expectation, applications":        {[]string{plain}, false, StageValidate, "+  name: a"},
		"a key twice in the set": {[]string{"-- appset.yaml --\n# a set\n---\nkind: a\nkind: b\n"}, false, StageDecode,
			`appset.yaml: line 4: key "kind" already set`},
		"a key twice among objects": {[]string{plain, plainExpected, "-- objects.yaml --\n{kind: ConfigMap, apiVersion: v1}\n---\n---\na: 1\nb: 1\na: 1\n"}, false, StageDecode,
			`objects.yaml: line 6: key "a" already set`},
		"a key twice among clusters": {[]string{plain, plainExpected, "-- clusters.yaml --\na: 1\na: 1\n"}, false, StageDecode,
			`clusters.yaml: line 2: key "a" already set`},
		"a key twice among options": {[]string{plain, plainExpected, "-- options.yaml --\na: 1\na: 1\n"}, false, StageDecode,
			`options.yaml: line 2: key "a" already set`},
		"an empty name": {[]string{strings.ReplaceAll(plain, "name: b", "name: ''")}, false, StageGenerate, "template.metadata.name: is empty"},
		"a password in a repository": {[]string{strings.ReplaceAll(plain, "[{list: {elements: [{name: a}, {name: b}]}}]", "[{git: {repoURL: 'https://u:hunter2@x/y.git', directories: [{path: a}]}}]")},
			false, StageGenerate, "https://***@x/y.git@HEAD: its URL holds a password"},
		"strict, other words": {[]string{broken, "-- expected-error.txt --\nstage: generate\nerror: other words\n"}, true, StageGenerate, "-error: other words"},
		"strict, the words": {[]string{broken, "-- expected-error.txt --\nstage: generate\nerror: generators[0].git: neither directories nor files are given\n"},
			true, StageGenerate, ""},
		"a rejected row meets any error":  {[]string{rejected, "-- expected-error.txt --\nstage: decode\nerror: x\n"}, false, StageGenerate, ""},
		"a rejected row meets no success": {[]string{rejected, plainExpected}, false, StageGenerate, `key "nope" is missing`},
		"malformed files":                 {[]string{plain, plainExpected, "-- clusters.yaml --\na: b: c\n"}, false, StageDecode, "clusters.yaml"},
		"a malformed set":                 {[]string{"-- appset.yaml --\n{}\n", "-- expected-error.txt --\nstage: decode\n"}, false, StageDecode, ""},
		"an unknown option":               {[]string{plain, plainExpected, "-- options.yaml --\nglobbing: true\n"}, false, StageDecode, "newGitFileGlobbing"},
		"an unexpected finding":           {[]string{elsewhere, strings.ReplaceAll(plainExpected, "in-cluster", "nowhere")}, false, StageValidate, "+argocd/a: destination"},
		"an expected finding": {[]string{elsewhere, strings.ReplaceAll(plainExpected, "in-cluster", "nowhere"),
			"-- expected-validation.txt --\nargocd/b: destination\nargocd/a: application destination spec is invalid: in words of its own\n"}, false, StageValidate, ""},
		"a finding that cannot be read":   {[]string{plain, plainExpected, "-- expected-validation.txt --\nargocd/a: odd\n"}, false, StageValidate, "NAMESPACE/NAME"},
		"a failed validation is an error": {[]string{elsewhere, "-- expected-error.txt --\nstage: validate\nerror: x\n"}, false, StageValidate, ""},
		"a project that is not there": {[]string{plain, plainExpected,
			"-- objects.yaml --\n{apiVersion: argoproj.io/v1alpha1, kind: AppProject, metadata: {name: other}}\n",
			"-- expected-validation.txt --\nargocd/a: project\nargocd/b: project\n"}, false, StageValidate, ""},
		"duplicates stay in the output": {[]string{strings.ReplaceAll(plain, "name: b", "name: a"), strings.ReplaceAll(plainExpected, "name: b", "name: a"),
			"-- expected-validation.txt --\nargocd/a: ApplicationSet web contains applications with duplicate name: a\n"}, false, StageValidate, ""},
	} {
		t.Run(name, func(t *testing.T) {
			v := one(t, folder(t, "case", c.files...), Options{Strict: c.strict})
			if v.Passed != (c.diff == "") || v.Stage != c.stage || !strings.Contains(v.Diff, c.diff) || v.Passed != (v.Diff == "") {
				t.Errorf("passed %v in stage %s, want a diff with %q in stage %s:\n%s", v.Passed, v.Stage, c.diff, c.stage, v.Diff)
			}
		})
	}
}

func TestUpdateWritesWhatComesOut(t *testing.T) {
	elsewhere := strings.ReplaceAll(plain, "in-cluster", "nowhere")
	dir := folder(t, "case", elsewhere, "-- expected-error.txt --\nstage: decode\nerror: old\n")
	if v := one(t, dir, Options{Update: true}); !v.Passed || !v.Updated || v.Replaced != "expected-error.txt" {
		t.Errorf("%+v", v)
	}
	if v := one(t, dir, Options{Strict: true}); !v.Passed {
		t.Error(v.Diff)
	}
	want := []string{"appset.yaml", "expected-validation.txt", "expected.yaml"}
	if diff := cmp.Diff(want, list(t, dir)); diff != "" {
		t.Error(diff)
	}

	kept := "# kept as it is\n"
	add(t, dir, "-- expected-validation.txt --\n"+kept+"argocd/a: destination\nargocd/b: destination\n")
	if v := one(t, dir, Options{Update: true}); !v.Passed || v.Updated {
		t.Errorf("a case that passes was written: %+v", v)
	}

	add(t, dir, strings.ReplaceAll(plain, "list: {", "git: {repoURL: r, "))
	if v := one(t, dir, Options{Update: true}); !v.Updated || v.Replaced != "expected.yaml" {
		t.Errorf("%+v", v)
	}
	if diff := cmp.Diff([]string{"appset.yaml", "expected-error.txt"}, list(t, dir)); diff != "" {
		t.Error(diff)
	}
	if v := one(t, dir, Options{Strict: true}); !v.Passed || v.Stage != StageGenerate {
		t.Errorf("%+v", v)
	}
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestADeviationReplacesTheExpectation(t *testing.T) {
	parent := folder(t, "sets", strings.ReplaceAll(plain+"-- expected-error.txt --\nstage: generate\n", "-- ", "-- web/"))
	add(t, parent, strings.ReplaceAll(plainExpected, "expected.yaml", "deviations/web.yaml"))
	if v := one(t, parent, Options{}); !v.Passed || !v.Deviates || v.Name != "web" {
		t.Errorf("%+v", v)
	}
	if v := one(t, parent, Options{WithoutDeviations: true}); v.Passed || v.Deviates {
		t.Errorf("%+v", v)
	}
	add(t, parent, "-- deviations/web.yaml --\n# 0 applications\n")
	if v := one(t, parent, Options{Update: true}); !v.Updated {
		t.Errorf("%+v", v)
	}
	if got := list(t, filepath.Join(parent, "web")); !cmp.Equal(got, []string{"appset.yaml", "expected-error.txt"}) {
		t.Errorf("an update of a deviation changed the case: %v", got)
	}
}

func TestBrokenCasesStopNoOther(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "c"} {
		add(t, filepath.Join(dir, name), plain, plainExpected)
	}
	found, err := Find([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	verdicts := Run(t.Context(), found, Options{Workers: 2, evaluate: func(ctx context.Context, dir string) outcome {
		if filepath.Base(dir) == "b" {
			panic("boom")
		}
		return evaluate(ctx, dir)
	}})
	if !verdicts[0].Passed || verdicts[1].Passed || !verdicts[2].Passed || !strings.Contains(verdicts[1].Diff, "panic: boom") {
		t.Errorf("%+v", verdicts)
	}
}

func TestFindLooksInsideNoCase(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{"z/appset.yaml", "z/repos/x/appset.yaml", "deep/er/a/appset.yaml", ".hidden/appset.yaml", "none/clusters.yaml"} {
		add(t, dir, "-- "+file+" --\n")
	}
	for _, c := range []struct{ dirs, want []string }{
		{[]string{dir}, []string{"deep/er/a", "z"}},
		{[]string{filepath.Join(dir, "z")}, []string{"z"}},
		{[]string{filepath.Join(dir, "z"), dir + "/", filepath.Join(dir, "z")}, []string{filepath.Join(dir, "z"), filepath.Join(dir, "deep/er/a")}},
	} {
		found, err := Find(c.dirs)
		var got []string
		for _, f := range found {
			got = append(got, f.Name)
		}
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Error(err, diff)
		}
	}
	for _, missing := range []string{"none", "gone"} {
		if _, err := Find([]string{filepath.Join(dir, missing)}); err == nil || !strings.Contains(err.Error(), missing) {
			t.Errorf("%s: %v", missing, err)
		}
	}
}
