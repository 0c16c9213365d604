package compatibility

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

const (
	page = "../../docs/COMPATIBILITY.md"
	// pending is the section whose rows may lack a test, and only its.
	pending = "Not yet"
)

var states = []string{"same", "differs", "not supported", "not yet"}

// row of a table of the page.
type row struct {
	section string
	names   []string // in backquotes in the first cell
	state   string
	tests   []string // in backquotes in the last cell: package.TestName
}

var quoted = regexp.MustCompile("`([^`]+)`")

func rows(t *testing.T) []row {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return parse(string(text))
}

// parse reads tables whose last two cells are state and tests.
func parse(text string) []row {
	var out []row
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			section = title
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if !strings.HasPrefix(line, "|") || len(cells) < 3 || strings.HasPrefix(cells[0], "---") || strings.TrimSpace(cells[0]) == "What" {
			continue
		}
		state, _, _ := strings.Cut(strings.TrimSpace(cells[len(cells)-2]), ":")
		out = append(out, row{section, inQuotes(cells[0]), state, inQuotes(cells[len(cells)-1])})
	}
	return out
}

func inQuotes(cell string) []string {
	var out []string
	for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
		out = append(out, m[1])
	}
	return out
}

// problems of rows, given whether a test exists.
func problems(rows []row, exists func(test string) bool) []string {
	var out []string
	for _, r := range rows {
		name := strings.Join(r.names, ", ")
		switch {
		case len(r.names) == 0:
			out = append(out, "a row of section "+r.section+" has no name in backquotes")
		case !slices.Contains(states, r.state):
			out = append(out, name+": state "+r.state+" is none of "+strings.Join(states, ", "))
		case (r.state == "not yet") != (r.section == pending):
			out = append(out, name+": only rows of section "+pending+" are not yet, and all of them")
		case len(r.tests) == 0 && r.section != pending:
			out = append(out, name+": no test is named")
		}
		for _, test := range r.tests {
			if !exists(test) {
				out = append(out, name+": there is no test "+test)
			}
		}
	}
	return out
}

func TestEveryRowHasItsTest(t *testing.T) {
	for _, p := range problems(rows(t), exists) {
		t.Error(p)
	}
}

// exists tells whether a package below the module's root has a test:
// internal/apply.TestName.
func exists(test string) bool {
	folder, name, found := strings.Cut(test, ".")
	files, err := filepath.Glob(filepath.Join("../..", folder, "*_test.go"))
	if !found || err != nil {
		return false
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err == nil && slices.ContainsFunc(parsed.Decls, func(d ast.Decl) bool {
			f, ok := d.(*ast.FuncDecl)
			return ok && f.Recv == nil && f.Name.Name == name && strings.HasPrefix(name, "Test")
		}) {
			return true
		}
	}
	return false
}

func TestNothingKnownIsLeftOut(t *testing.T) {
	listed := map[string]bool{}
	for _, r := range rows(t) {
		for _, name := range r.names {
			option, _, _ := strings.Cut(name, "=")
			listed[name], listed[option] = true, true
		}
	}
	known := slices.Concat(
		literals(t, "../../internal/apply/settings_parse.go", "options", optionName),
		literals(t, "../../internal/health/table.go", "rules", kindName),
		fields("", reflect.TypeFor[v1alpha1.AppProjectSpec]()),
		fields("", reflect.TypeFor[v1alpha1.ResourceIgnoreDifferences]()),
		fields("", reflect.TypeFor[v1alpha1.SyncPolicy]()),
		fields("automated.", reflect.TypeFor[v1alpha1.SyncPolicyAutomated]()),
		fields("retry.", reflect.TypeFor[v1alpha1.RetryStrategy]()),
		fields("retry.backoff.", reflect.TypeFor[v1alpha1.Backoff]()),
		strings.Fields("PreSync Sync PostSync SyncFail Skip PreDelete PostDelete HookSucceeded HookFailed BeforeHookCreation"),
	)
	if len(known) < 90 {
		t.Fatalf("only %d names were found in the code", len(known))
	}
	for _, name := range known {
		if !listed[name] {
			t.Errorf("%s has no row in docs/COMPATIBILITY.md", name)
		}
	}
}

// literals of a table variable: what name makes of each element.
func literals(t *testing.T, file, variable string, name func(ast.Expr) string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != variable || len(spec.Values) != 1 {
			return true
		}
		for _, element := range spec.Values[0].(*ast.CompositeLit).Elts {
			out = append(out, name(element))
		}
		return false
	})
	if len(out) == 0 {
		t.Fatalf("%s has no table %s", file, variable)
	}
	return out
}

// optionName is the first string of an element.
func optionName(e ast.Expr) string { return text(e.(*ast.CompositeLit).Elts[0]) }

// kindName is Kind or Kind.group of a key {Group: ..., Kind: ...}.
func kindName(e ast.Expr) string {
	group, kind := "", ""
	for _, field := range e.(*ast.KeyValueExpr).Key.(*ast.CompositeLit).Elts {
		pair := field.(*ast.KeyValueExpr)
		if pair.Key.(*ast.Ident).Name == "Group" {
			group = "." + text(pair.Value)
		} else {
			kind = text(pair.Value)
		}
	}
	return kind + group
}

func text(e ast.Expr) string { return strings.Trim(e.(*ast.BasicLit).Value, `"`) }

// fields of a struct by their JSON names.
func fields(prefix string, of reflect.Type) []string {
	var out []string
	for i := range of.NumField() {
		name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		out = append(out, prefix+name)
	}
	return out
}

// The check itself finds what is wrong with a page.
func TestProblemsAreFound(t *testing.T) {
	page := "## Options\n| What | State | Test |\n|---|---|---|\n| `A` | same | `p.TestA` |\n| `B` | same | |\n| `C` | same | `p.TestNone` |\n" +
		"| `D` | sort of | `p.TestA` |\n| `E` | not yet | |\n| none | same | `p.TestA` |\n## Not yet\n| `F` | not yet | |\n| `G` | same | `p.TestA` |\n"
	found := problems(parse(page), func(test string) bool { return test == "p.TestA" })
	for i, want := range []string{"B: no test", "C: there is no test", "D: state", "E: only rows", "no name", "G: only rows"} {
		if i >= len(found) || !strings.Contains(found[i], want) {
			t.Fatalf("problems %q, want %q at %d", found, want, i)
		}
	}
	if len(found) != 6 {
		t.Errorf("problems %q, want 6", found)
	}
	if exists("test/compatibility.TestNone") || !exists("test/compatibility.TestProblemsAreFound") {
		t.Error("tests are not told from what is none")
	}
}
