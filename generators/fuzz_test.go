package generators

import (
	"encoding/json"
	"errors"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// fuzzTree holds names that patterns have to tell apart.
func fuzzTree() *Tree {
	files := slices.Clone(pathspecFiles)
	dirs := []string{"a", "a/b", "ab", "d", "d/e", "d/e/f", ".hidden", "a/.b", "[x]", "a b"}
	slices.Sort(files)
	slices.Sort(dirs)
	return &Tree{Files: files, Dirs: dirs}
}

// FuzzPathspec holds that looking only below a pattern's literal beginning
// leaves nothing out, and that patterns are matched in linear time or so.
func FuzzPathspec(f *testing.F) {
	for _, pattern := range []string{"a", "a/", "./a/b", "*.yaml", "d/**/g.yaml", `x\[1\].yaml`, "[[:upper:]]*", "", ".", "..", "/x", ":x", "a*a*a*a*a*b"} {
		f.Add(pattern)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		tree := fuzzTree()
		match, err := newPathspec(pattern)
		if err != nil {
			return
		}
		want := slices.DeleteFunc(slices.Clone(tree.Files), func(file string) bool { return !match(file) })
		got, err := (&Evaluator{}).matchFiles(pattern, tree)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%q: got %v, %v; want %v", pattern, got, err, want)
		}
	})
}

// FuzzGlob is the same for path globs, whose choices are counted too.
func FuzzGlob(f *testing.F) {
	for _, pattern := range []string{"**/*.yaml", "{a,d}/**", "a/{b,b/c}.yaml", "{a,{b,c}}", "[", "{", `\{a\}`, "{,}{,}{,}{,}{,}{,}{,}{,}{,}{,}{,}", ",a{"} {
		f.Add(pattern)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		tree := fuzzTree()
		got, err := (&Evaluator{}).globFiles(pattern, tree)
		if err != nil {
			return
		}
		clean := path.Clean(strings.TrimLeft(pattern, "/"))
		want := slices.DeleteFunc(slices.Clone(tree.Files), func(file string) bool { return !doublestar.MatchUnvalidated(clean, file) })
		if !slices.Equal(got, want) {
			t.Fatalf("%q: got %v, want %v", pattern, got, want)
		}
	})
}

// FuzzDirectories is the same for the patterns of directories.
func FuzzDirectories(f *testing.F) {
	for _, pattern := range []string{"*", "a/*", "**", "d/e/*", `\[x\]`, "[", "./a", ".", "", "*/.b"} {
		f.Add(pattern, false)
		f.Add(pattern, true)
	}
	f.Fuzz(func(t *testing.T, pattern string, hidden bool) {
		tree := fuzzTree()
		e := &Evaluator{options: Options{IncludeHiddenDirectories: hidden, MaxRows: 100}}
		spec := &v1alpha1.GitGenerator{Directories: []v1alpha1.GitDirectoryGeneratorItem{{Path: pattern}, {Path: "d/*", Exclude: true}}}
		got, err := e.wantedDirectories(spec, tree)
		if err != nil {
			return
		}
		want := slices.DeleteFunc(slices.Clone(tree.Dirs), func(dir string) bool {
			return !hidden && isHidden(dir) || !wantsDirectory(spec.Directories, dir)
		})
		if !slices.Equal(got, want) {
			t.Fatalf("%q: got %v, want %v", pattern, got, want)
		}
	})
}

// FuzzElementsYAML holds that any text is rows or an error that names the field.
func FuzzElementsYAML(f *testing.F) {
	for _, text := range []string{"[{a: b}]", "- a: 1\n- b: [x, {c: d}]", "[1]", "{a: b}", "a: &a [*a]", "[{}]", "- ", "[{1: 2}]", "\xff", "[{a: .inf}]", "\ufeff[{a: b}]"} {
		f.Add(text, true)
		f.Add(text, false)
	}
	f.Fuzz(func(t *testing.T, text string, goTemplate bool) {
		e := NewEvaluator(Inputs{}, plainYAML{}, Options{GoTemplate: goTemplate})
		parts, err := e.Evaluate("generators[0]", &v1alpha1.ApplicationSetGenerator{List: &v1alpha1.ListGenerator{ElementsYaml: text}})
		if err != nil && !strings.HasPrefix(err.Error(), "generators[0].list: elementsYaml") {
			t.Fatalf("%q: %v", text, err)
		}
		for _, part := range parts {
			for i, row := range part.Rows {
				if row.Origin.Element != indexed("elementsYaml", i) {
					t.Fatalf("%q: row %d comes from %q", text, i, row.Origin.Element)
				}
			}
		}
	})
}

type plainYAML struct{ Templates }

func (plainYAML) DecodeYAML(doc []byte, into any) error { return yaml.Unmarshal(doc, into) }

// FuzzPostSelector holds that a selector and its opposite never agree on a row.
func FuzzPostSelector(f *testing.F) {
	for _, expr := range []string{
		`{"key": "a", "operator": "In", "values": ["1"]}`, `{"key": "m.k", "operator": "Exists"}`, `{"key": "a", "operator": "Near"}`,
		`{"key": "a/b/c", "operator": "Exists"}`, `{"key": "", "operator": "In", "values": [""]}`, `{"key": "l.0", "operator": "NotIn", "values": ["x"]}`,
	} {
		f.Add(expr, `{"a": "1", "m": {"k": "v"}, "l": ["x", null, 1.5]}`)
	}
	opposite := map[metav1.LabelSelectorOperator]metav1.LabelSelectorOperator{
		metav1.LabelSelectorOpIn: metav1.LabelSelectorOpNotIn, metav1.LabelSelectorOpNotIn: metav1.LabelSelectorOpIn,
		metav1.LabelSelectorOpExists: metav1.LabelSelectorOpDoesNotExist, metav1.LabelSelectorOpDoesNotExist: metav1.LabelSelectorOpExists,
	}
	f.Fuzz(func(t *testing.T, expr, row string) {
		var requirement metav1.LabelSelectorRequirement
		var params Params
		if errors.Join(json.Unmarshal([]byte(expr), &requirement), json.Unmarshal([]byte(row), &params)) != nil {
			return
		}
		yes, err := newPostSelector(&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{requirement}})
		requirement.Operator = opposite[requirement.Operator]
		no, errNo := newPostSelector(&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{requirement}})
		if (err == nil) != (errNo == nil) {
			t.Fatalf("%s: %v, its opposite: %v", expr, err, errNo)
		}
		if err == nil && yes.matches(params) == no.matches(params) {
			t.Fatalf("%s and its opposite agree on %s", expr, row)
		}
	})
}
