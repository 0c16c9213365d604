package jsonnet

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/source"
)

func tree(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, content := range files {
		out[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return out
}

func asIs(s string) string { return s }

// small limits: a hostile file ends soon.
func small() Limits {
	return Limits{MemoryBytes: 64 << 20, CPUSeconds: 20, OutputBytes: 64 << 10, Imports: 20}
}

func evaluate(t *testing.T, files map[string]string, file string, o v1alpha1.ApplicationSourceJsonnet) (string, error) {
	t.Helper()
	e, err := New(tree(files), "app", o, func(s string) string { return strings.ReplaceAll(s, "$APP", "web") }, small())
	if err != nil {
		return "", err
	}
	defer e.Close()
	text, err := e.Evaluate(t.Context(), file)
	return strings.Join(strings.Fields(text), ""), err
}

type options = v1alpha1.ApplicationSourceJsonnet

func TestVariablesAndImports(t *testing.T) {
	files := map[string]string{
		"app/ext.jsonnet":          "[std.extVar('text'), std.extVar('code')]",
		"app/tla.jsonnet":          "function(a, b=3) [a, b]",
		"app/sub/beside.jsonnet":   "import 'x.libsonnet'",
		"app/sub/x.libsonnet":      "'beside'",
		"app/x.libsonnet":          "'app'",
		"app/lib.jsonnet":          "import 'deep/y.libsonnet'",
		"app/deep/y.libsonnet":     "'app'",
		"lib/one/z.libsonnet":      "(import 'only.libsonnet') + '1'",
		"lib/one/only.libsonnet":   "'one'",
		"lib/two/z.libsonnet":      "'two'",
		"app/libs.jsonnet":         "import 'z.libsonnet'",
		"app/above.jsonnet":        "import '../lib/two/z.libsonnet'",
		"app/text.jsonnet":         "importstr 'x.libsonnet'",
		"app/sub/fallback.jsonnet": "import 'deep/y.libsonnet'",
	}
	for name, c := range map[string]struct {
		file    string
		options options
		want    string
	}{
		"external variables": {"app/ext.jsonnet", options{ExtVars: []v1alpha1.JsonnetVar{{Name: "text", Value: "$APP"}, {Name: "code", Value: "{a: '$APP'}", Code: true}}}, `["web",{"a":"web"}]`},
		"arguments":          {"app/tla.jsonnet", options{TLAs: []v1alpha1.JsonnetVar{{Name: "a", Value: "1 + 1", Code: true}, {Name: "b", Value: "1 + 1"}}}, `[2,"1+1"]`},
		"default argument":   {"app/tla.jsonnet", options{TLAs: []v1alpha1.JsonnetVar{{Name: "a", Value: "x"}}}, `["x",3]`},
		"beside first":       {"app/sub/beside.jsonnet", options{}, `"beside"`},
		"the last library":   {"app/libs.jsonnet", options{Libs: []string{"lib/one", "lib/two"}}, `"two"`},
		"a library's own":    {"app/libs.jsonnet", options{Libs: []string{"/lib/two", "lib/one"}}, `"one1"`},
		"above":              {"app/above.jsonnet", options{}, `"two"`},
		"as text":            {"app/text.jsonnet", options{}, `"'app'"`},
		"application folder": {"app/sub/fallback.jsonnet", options{}, `"app"`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := evaluate(t, files, c.file, c.options)
			if err != nil || got != c.want {
				t.Errorf("got %s, %v; want %s", got, err, c.want)
			}
		})
	}
}

func TestErrorsNameTheFile(t *testing.T) {
	files := map[string]string{
		"app/bad.jsonnet":      "{a: }",
		"app/fails.jsonnet":    "{\n a: error 'no good'}",
		"app/missing.jsonnet":  "import 'nope.libsonnet'",
		"app/absolute.jsonnet": "import '/etc/passwd'",
		"app/out.jsonnet":      "importstr '../../../etc/passwd'",
		"app/tla.jsonnet":      "function(a) a",
		"app/native.jsonnet":   "std.native('x')(1)",
	}
	for file, want := range map[string]string{
		"app/bad.jsonnet":      "app/bad.jsonnet:1:5",
		"app/fails.jsonnet":    "no good",
		"app/missing.jsonnet":  "not beside app/missing.jsonnet nor in app",
		"app/absolute.jsonnet": "path escapes repository",
		"app/out.jsonnet":      "path escapes repository",
		"app/tla.jsonnet":      "Missing argument: a",
		"app/native.jsonnet":   "app/native.jsonnet",
		"app/gone.jsonnet":     "app/gone.jsonnet",
	} {
		_, err := evaluate(t, files, file, options{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), file) {
			t.Errorf("%s: got %v, want %q", file, err, want)
		}
	}
	if _, err := evaluate(t, files, "app/bad.jsonnet", options{Libs: []string{"ok", "../x"}}); err == nil || !strings.Contains(err.Error(), "libs[1]") {
		t.Errorf("a library outside: %v", err)
	}
}

// A link that leaves the repository is refused, whatever follows it.
func TestLinksOutOfTheRepository(t *testing.T) {
	root := t.TempDir()
	if err := os.Symlink("/etc/hostname", root+"/x.libsonnet"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(root+"/a.jsonnet", []byte("importstr 'x.libsonnet'"), 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := New(source.Dir(root, ""), ".", options{}, asIs, small())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Evaluate(t.Context(), "a.jsonnet"); err == nil || !strings.Contains(err.Error(), "x.libsonnet") {
		t.Errorf("got %v", err)
	}
}

// Programs that would run for ever, or fill the memory, harm nobody.
func TestBombs(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"endless growth": {"local f(x) = f(x + 1) tailstrict; f(0)", "needs more than 64 MiB"},
		"recursion":      {"local f(x) = 1 + f(x + 1); f(0)", "max stack frames exceeded"},
		"large array":    {"std.length(std.makeArray(1000000000, function(i) i))", "needs more than 64 MiB"},
		"long text":      {"std.length(std.repeat('x', 1000000000))", "needs more than 64 MiB"},
		"doubling":       {"local f(s, n) = if n == 0 then s else f(s + s, n - 1); f('xxxxxxxx', 60)", "needs more than 64 MiB"},
		"large output":   {"std.makeArray(3000, function(i) 'xxxxxxxxxxxxxxxxxxxxxxxxx')", "the limit is 65536"},
		"larger output":  {"std.makeArray(10000, function(i) 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')", "evaluates to more than 65536 bytes"},
		"many imports":   {"[" + strings.Repeat("importstr 'a.jsonnet', ", 30) + "]", "more than 20 imports"},
		"imports itself": {"import 'a.jsonnet'", "more than 20 imports"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := evaluate(t, map[string]string{"app/a.jsonnet": c.text}, "app/a.jsonnet", options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestProcessorTimeIsLimited(t *testing.T) {
	limits := DefaultLimits()
	limits.CPUSeconds = 1
	e, err := New(tree(map[string]string{"a.jsonnet": endless}), ".", options{}, asIs, limits)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Evaluate(t.Context(), "a.jsonnet"); err == nil || !strings.Contains(err.Error(), "takes more than 1 seconds") {
		t.Errorf("got %v", err)
	}
}

// endless runs for ever in constant memory.
const endless = `
local r = std.range(1, 1000);
local times(f) = std.foldl(function(sum, i) f(i), r, 0);
times(function(i) times(function(j) times(function(k) times(function(l) l))))`

func TestEndsWithItsContext(t *testing.T) {
	e, err := New(tree(map[string]string{"a.jsonnet": endless}), ".", options{}, asIs, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := e.Evaluate(ctx, "a.jsonnet"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if e.cmd.ProcessState == nil {
		t.Error("the process is left behind")
	}
}

func TestFilesShareOneProcess(t *testing.T) {
	e, err := New(tree(map[string]string{"a.jsonnet": "1", "b.jsonnet": "error 'x'", "c.jsonnet": "import 'a.jsonnet'"}), ".", options{}, asIs, small())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var got []string
	for _, file := range []string{"a.jsonnet", "b.jsonnet", "c.jsonnet"} {
		text, err := e.Evaluate(t.Context(), file)
		if err != nil {
			text = "error"
		}
		got = append(got, strings.TrimSpace(text))
	}
	if diff := cmp.Diff([]string{"1", "error", "1"}, got); diff != "" {
		t.Error(diff)
	}
}

// The child sees nothing of the parent's environment.
func TestChildHasNoEnvironment(t *testing.T) {
	t.Setenv("SECRET", "hunter2")
	e, err := New(tree(map[string]string{"a.jsonnet": "1"}), ".", options{}, asIs, small())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Evaluate(t.Context(), "a.jsonnet"); err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(e.cmd.Env, " "); strings.Contains(text, "hunter2") || len(e.cmd.Env) == 0 {
		t.Errorf("environment: %s", text)
	}
}
