package expand_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/templates"
)

// Rows A19 to A27 and B11 of the bad inputs, as whole sets: a clear error, and
// bounded memory, which TestHostileSetsFitIntoMemory checks.
func TestHostileSetsAreBounded(t *testing.T) {
	const one = `generators: [{list: {elements: [{app: a}]}}]`
	for _, c := range []struct {
		why, generators, text string
		want                  string // part of the message
	}{
		{"A24 a range that never ends", one, `{{ range 1000000000000 }}{{ end }}`, "steps"},
		{"A24 a range that never ends, with an else and a variable", one, `{{ range $i := 1000000000000 }}{{ $x := $i }}{{ else }}{{ end }}`, "steps"},
		{"A24 nested ranges", one, `{{ range 90000 }}{{ range 90000 }}{{ end }}{{ end }}`, "steps"},
		{"A24 doubling texts", one, `{{ $x := "aaaaaaaa" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}`, "bytes"},
		{"A24 doubling texts as output", one, `{{ $x := "aaaaaaaa" }}{{ range 60 }}{{ $x = printf "%s%s" $x $x }}{{ $x }}{{ end }}`, "bytes"},
		{"A24 recursion", one, `{{ define "a" }}{{ template "a" . }}{{ template "a" . }}{{ end }}{{ template "a" . }}`, "deep"},
		{"A22 until", one, `{{ until 50000000 }}`, "numbers"},
		{"A22 seq", one, `{{ seq 50000000 }}`, "numbers"},
		{"A22 repeat", one, `{{ repeat 50000000 "ab" }}`, "bytes"},
		{"A22 an unwanted function: randAlpha", one, `{{ randAlpha 5 }}`, "random"},
		{"A22 an unwanted function: genPrivateKey", one, `{{ genPrivateKey "rsa" }}`, "random"},
		{"A22 an unwanted function: derivePassword", one, `{{ derivePassword 1 "long" "a" "b" "c" }}`, "costly"},
		{"A22 an unwanted function: bcrypt", one, `{{ bcrypt "a" }}`, "random"},
		{"A19 the environment", one, `{{ env "HOME" }}`, "environment"},
		{"A19 the environment, expanded", one, `{{ expandenv "$HOME" }}`, "environment"},
		{"A19 the network", one, `{{ getHostByName "example.com" }}`, "network"},
		{"A19 the API server", one, `{{ lookup "v1" "Secret" "a" "b" }}`, "does not exist"},
		{"A26 a missing key", one, `{{ .nope }}`, `key "nope" is missing`},
		{"A27 an alias bomb in elementsYaml", `generators: [{list: {elementsYaml: '` + aliasBomb + `'}}]`, `x`, "aliases"},
		{"A27 ten thousand levels", `generators: [{list: {elementsYaml: '[{a: ` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}]'}}]`, `{{ .a | toJson }}`, "depth"},
		{"a huge element", `generators: [{list: {elements: [{app: ` + strings.Repeat("a", 3<<20) + `}]}}]`, `{{ .app }}`, "bytes"},
		{"a huge elementsYaml", `generators: [{list: {elementsYaml: '[{app: ` + strings.Repeat("a", 3<<20) + `}]'}}]`, `{{ .app }}`, "bytes"},
		{"many fields of a large element", `generators: [{list: {elements: [{app: ` + strings.Repeat("a", 900<<10) + `}]}}]`, manyFields, "bytes"},
	} {
		t.Run(c.why, func(t *testing.T) {
			set := decode(t, "goTemplate: true\ngoTemplateOptions: [missingkey=error]\n"+c.generators+
				"\ntemplate: {metadata: {name: a, annotations: {a: "+fmt.Sprintf("%q", strings.TrimPrefix(c.text, manyFields))+"}}}")
			if c.text == manyFields {
				set.Spec.Template.Annotations = map[string]string{}
				for i := range 400 {
					set.Spec.Template.Annotations[fmt.Sprint("a", i)] = "x{{ .app }}"
				}
			}
			err := failure(t, func() expand.Result { return expand.Expand(set, expand.Inputs{}, expand.Options{}) })
			if err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 500 {
				t.Errorf("want a short error with %q, got %.600v", c.want, err)
			}
		})
	}
}

const (
	manyFields = "many fields"
	aliasBomb  = `[{a: &a [x,x,x,x,x,x,x,x,x], b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a], c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b], ` +
		`d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c], e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d], f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e], ` +
		`g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f], h: [*g,*g,*g,*g,*g,*g,*g,*g,*g]}]`
)

// failure runs a hostile expansion and returns why it failed: as a whole, or in
// its first rejected row.
func failure(t *testing.T, run func() expand.Result) error {
	t.Helper()
	result := run()
	if result.Err == nil && len(result.Rejected) > 0 {
		return result.Rejected[0].Err
	}
	return result.Err
}

// Row B11: a push that adds a hundred thousand directories.
func TestTooManyDirectoriesAreRefused(t *testing.T) {
	tree := &generators.Tree{Commit: "c"}
	for i := range 100_000 {
		tree.Dirs = append(tree.Dirs, fmt.Sprintf("apps/a%06d", i))
	}
	set := decode(t, `
generators: [{git: {repoURL: r, revision: main, directories: [{path: apps/*}]}}]
template: {metadata: {name: '{{path.basename}}'}}
`)
	in := expand.Inputs{Repositories: map[expand.Repository]*generators.Tree{{URL: "r", Revision: "main"}: tree}}
	err := failure(t, func() expand.Result { return expand.Expand(set, in, expand.Options{}) })
	if err == nil || !strings.Contains(err.Error(), "narrow the patterns") {
		t.Errorf("got %v", err)
	}
}

// costly are templates that each spend much of one row's budget, and what of.
var costly = map[string]struct{ text, limit string }{
	"steps":   {`{{ range 9000 }}{{ end }}{{ .app }}`, "100000 steps"},
	"bodies":  {`{{ define "a" }}{{ end }}{{ range 900 }}{{ template "a" }}{{ end }}`, "8388608 bytes of work"},
	"numbers": {`{{ until 9000 }}`, "8388608 bytes of work"},
	"texts":   {`{{ range 30 }}{{ $x := repeat 500000 "a" }}{{ end }}`, "8388608 bytes of work"},
	"calls":   {`{{ range 300 }}{{ $x := toYaml $ }}{{ end }}`, "8388608 bytes of work"},
	"large":   {`{{ repeat 1000000 "a" }}`, "2097152 bytes of output"},
	"regex":   {`{{ regexMatch "(x+x+)+y{900}" (repeat 200 "x") }}`, "8388608 bytes of work"},
}

// Every row costs, and the whole set still ends soon, with one error that names
// the limit and the row, and does not depend on how the rows are spread over
// processors.
func TestCostlyRowsEndTheSet(t *testing.T) {
	budget := templates.Budget{TotalSteps: 100_000, TotalOutput: 2 << 20, TotalWork: 8 << 20}
	for why, c := range costly {
		t.Run(why, func(t *testing.T) {
			var texts []string
			for _, workers := range []int{1, 2, 4} {
				err := failure(t, func() expand.Result {
					return expand.Expand(everyRow(t, c.text, 300), expand.Inputs{}, expand.Options{Workers: workers, Budget: budget})
				})
				if !errors.Is(err, templates.ErrBudget) {
					t.Fatalf("want the budget of the whole set to end it, got %v", err)
				}
				if !strings.HasPrefix(err.Error(), "generators[0].list: at elements[") || !strings.Contains(err.Error(), "more than "+c.limit) {
					t.Errorf("want the row and the limit of %s, got %v", c.limit, err)
				}
				texts = append(texts, err.Error())
			}
			if texts[0] != texts[1] || texts[1] != texts[2] {
				t.Errorf("the error depends on who came first: %q", texts)
			}
		})
	}
}

// The same under the ordinary budget, for what takes memory.
func TestLargeRowsEndTheSet(t *testing.T) {
	for _, why := range []string{"texts", "large"} {
		err := failure(t, func() expand.Result {
			return expand.Expand(everyRow(t, costly[why].text, 200), expand.Inputs{}, expand.Options{})
		})
		if !errors.Is(err, templates.ErrBudget) {
			t.Errorf("%s: %v", why, err)
		}
	}
}

// One set that exhausts its budget takes nothing from the next.
func TestOtherSetsDoNotNotice(t *testing.T) {
	good := decode(t, `
goTemplate: true
generators: [{list: {elements: [{app: a}]}}]
template: {metadata: {name: '{{ .app }}'}}
`)
	for range 2 {
		if err := failure(t, func() expand.Result {
			return expand.Expand(everyRow(t, `{{ range 1000000 }}{{ end }}`, 100), expand.Inputs{}, expand.Options{})
		}); !errors.Is(err, templates.ErrBudget) {
			t.Fatal(err)
		}
		if result := expand.Expand(good, expand.Inputs{}, expand.Options{}); result.Err != nil || len(result.Applications) != 1 {
			t.Errorf("%v, %v", names(result), result.Err)
		}
	}
}

// The budget of the set grows with its rows, so that what few may do, many may.
func TestManyRowsMayLoop(t *testing.T) {
	result := expand.Expand(everyRow(t, `{{ range until 400 }}a{{ end }}`, 3000), expand.Inputs{}, expand.Options{})
	if result.Err != nil || len(result.Rejected) > 0 {
		t.Errorf("%v, %d rejected", result.Err, len(result.Rejected))
	}
}

// everyRow is a set that renders text for every one of n elements.
func everyRow(t *testing.T, text string, n int) *v1alpha1.ApplicationSet {
	t.Helper()
	return decode(t, "goTemplate: true\ngenerators: [{list: {elements: ["+strings.Repeat("{app: a},", n)+"]}}]\n"+
		"template: {metadata: {name: a, annotations: {a: "+fmt.Sprintf("%q", text)+"}}}")
}
