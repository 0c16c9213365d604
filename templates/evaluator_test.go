package templates

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// bothWays renders a text with the evaluator and with text/template alone. It
// fails if the evaluator gives anything else, or charges anything else; and
// says whether the evaluator gave anything at all.
func bothWays(t errorer, text string, params Params, options ...string) (compiled, rendered bool) {
	u := newGoUnit(options, newTotals(DefaultBudget()))
	l, err := u.leaf(text)
	if l == nil || err != nil || l.(*goLeaf).compiled == nil {
		return false, false
	}
	x := u.begin(params)
	defer u.end(x)
	got, ok := l.(*goLeaf).compiled.render(x)
	if !ok {
		if x.meter.steps != 0 || x.meter.work != 0 {
			t.Errorf("%q: the evaluator gave up and charged %d steps, %d work", text, x.meter.steps, x.meter.work)
		}
		failed := x.meter.failed
		plain := &goLeaf{name: l.(*goLeaf).name, unit: u}
		x.meter.reset()
		if _, err := plain.render(x); failed != nil && (err == nil || err.Error() != failed.Error()) {
			t.Errorf("%q: the evaluator fails with %v, text/template with %v", text, failed, err)
		}
		return true, false
	}
	steps, work := x.meter.steps, x.meter.work
	x.meter.reset()
	plain := &goLeaf{name: l.(*goLeaf).name, unit: u}
	want, err := plain.render(x)
	if err != nil || got != want && !strings.Contains(text, "0x") {
		t.Errorf("%q: the evaluator gives %q, text/template %q, %v", text, got, want, err)
	}
	if steps != x.meter.steps || work != x.meter.work {
		t.Errorf("%q: the evaluator charges %d steps, %d work; text/template %d and %d",
			text, steps, work, x.meter.steps, x.meter.work)
	}
	return true, true
}

type errorer interface {
	Errorf(format string, args ...any)
}

// The language that the evaluator has to know, because sets are written in it.
var evaluated = []string{
	`x{{ .name }}y`, `{{ .metadata.labels.region }}`, `{{ $.name }}{{ $.metadata.labels.region }}`,
	`{{ index .metadata.labels "region" | upper | lower }}`, `{{ index .metadata.labels "none" }}`, `{{ index .list 1 }}`,
	`{{ printf "%s-%s" (.name | lower | trunc 40) (default "stack" (index .metadata.labels "tier")) | normalize }}`,
	`{{ printf "%d[%s]" .n .name }}`, `{{ ternary "yes" "no" (eq .name "Edge_1") }}`, `{{ adler32sum .name }}`,
	`{{ .name | replace "_" "-" | quote }}`, `{{ .name | trunc 50 | trimSuffix "-" }}`,
	`{{ if eq .name "a" "Edge_1" }}3{{ else if .n }}2{{ else }}1{{ end }}`, `{{ splitList "," .csv | sortAlpha | join ";" }}`,
	`{{ slugify 30 true .name }}{{ slugify .name }}{{ slugify 3 .name }}`, `{{ with .metadata }}{{ .labels.region }}{{ else }}none{{ end }}`,
	`{{ range .list }}<{{ . }}{{ $.name }}>{{ else }}none{{ end }}`, `{{ range $i, $e := .words }}{{ $i }}{{ $e }}{{ end }}`,
	`{{ range $k, $v := .metadata.labels }}{{ $k }}={{ $v }};{{ end }}`, `{{ range 3 }}{{ . }}{{ end }}`, `{{ range .none }}{{ else }}n{{ end }}`,
	`{{ range .list }}{{ if eq . "a" }}{{ continue }}{{ end }}{{ . }}{{ break }}{{ end }}`,
	`{{ $x := .name }}{{ if true }}{{ $x = "in" }}{{ $x := "own" }}{{ $x }}{{ end }}{{ $x }}`,
	`{{ $x := 1 }}{{ $y := .metadata }}{{ $y.labels.region }}{{ $x }}{{ $x := 2 }}{{ $x }}`,
	`{{ and .name .n 7 }}{{ or "" 0 .name }}{{ not .name }}{{ .name | and true }}{{ "" | or 0 }}`,
	`{{ len .list }}{{ len .name }}{{ len .metadata.labels }}`, `{{ lt 1 2 }}{{ ge "b" "a" }}{{ ne 1 2 }}{{ le 2 2 }}{{ gt .n .n }}`,
	`{{ .n }}{{ .flag }}{{ .float }}{{ .list }}{{ .metadata }}{{ .words }}`, `{{ (index .objects 0).k }}{{ (index .metadata.labels "region") }}`,
	`{{ default .name "" }}{{ "x" | default .name }}{{ empty .list }}{{ coalesce "" 0 .name }}`, `{{ toString .n }}{{ add 1 2 }}{{ int .float }}`,
	`{{ dig "metadata" "labels" "none" . }}{{ hasKey . "name" }}{{ get . "name" }}`, `{{ quote .n }}{{ squote .name "b" }}`,
	`{{/* c */}}{{- .name -}} z`, `{{ range $o := .objects }}{{ $o.k }}{{ range $i, $_ := $.list }}{{ $i }}{{ end }}{{ end }}`,
	`{{ range until 3 }}{{ . }}{{ end }}`, `{{ until 3 }}{{ until -2 }}`, `{{ untilStep 1 9 3 }}`,
	`{{ with $r := .metadata.labels.region }}{{ $r }}{{ . }}{{ end }}`, `{{ if $r := .name }}{{ $r }}{{ end }}`, `{{ printf "a%sb%sc" .name "%s" }}`,
}

var evaluatedParams = Params{
	"name": "Edge_1", "n": 3, "flag": true, "float": 1.5, "csv": "c,a,b", "none": []any{}, "nil": nil,
	"metadata": map[string]any{"labels": map[string]string{"region": "eu", "tier": ""}},
	"list":     []any{"a", "b", 2}, "words": []string{"z", "y"}, "objects": []map[string]any{{"k": "v"}, {"k": int64(7)}},
}

// Without this the evaluator could give up on everything and no other test
// would notice.
func TestEvaluatorKnowsTheCommonLanguage(t *testing.T) {
	for _, text := range evaluated {
		if compiled, rendered := bothWays(t, text, evaluatedParams, "missingkey=error"); !rendered {
			t.Errorf("%s: left to text/template (compiled: %v)", text, compiled)
		}
	}
}

// What it does not know must not be answered.
func TestEvaluatorLeavesTheRest(t *testing.T) {
	for _, text := range []string{
		`{{ .nope }}`, `{{ .nil }}`, `{{ .name.x }}`, `{{ index .list 3 }}`, `{{ upper .n }}`, `{{ .name | .n }}`, `{{ eq .n "3" }}`,
		`{{ define "t" }}{{ end }}{{ template "t" }}`, `{{ fail "x" }}`, `{{ range .name }}{{ end }}`, `{{ trunc "x" .name }}`,
		`{{ set . "name" "x" }}`, `{{ $ := .n }}{{ $ }}`, `{{ if false }}{{ $x := 1 }}{{ else }}{{ $x }}{{ end }}`, `{{ 1.0 }}`, `{{ 'a' }}`,
		`{{ and true ($x := 1) }}{{ $x }}`, `{{ range 1000000000000 }}{{ end }}`, `{{ until 50000000 }}`, `{{ repeat 50000000 "ab" }}`, `{{ nil }}`, `{{ .metadata.labels.none }}`,
	} {
		if _, rendered := bothWays(t, text, evaluatedParams, "missingkey=error"); rendered {
			t.Errorf("%s: answered by the evaluator", text)
		}
	}
}

// Random templates of the language: the evaluator answers as text/template
// does, or not at all.
func TestEvaluatorAgrees(t *testing.T) {
	answered := 0
	rapid.Check(t, func(t *rapid.T) {
		g := grammar{t: t}
		option := rapid.SampledFrom([]string{"missingkey=error", "missingkey=zero", "missingkey=default"}).Draw(t, "option")
		if _, rendered := bothWays(t, g.list(3), evaluatedParams, option); rendered {
			answered++
		}
	})
	if answered == 0 {
		t.Error("the evaluator answered none of the templates")
	}
}

func FuzzEvaluator(f *testing.F) {
	for _, text := range evaluated {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { bothWays(t, text, evaluatedParams) })
}

// grammar writes random templates.
type grammar struct {
	t     *rapid.T
	scope []string
}

func (g *grammar) pick(of ...string) string { return rapid.SampledFrom(of).Draw(g.t, "pick") }

func (g *grammar) list(depth int) string {
	out, mark := "", len(g.scope)
	for range rapid.IntRange(1, 3).Draw(g.t, "nodes") {
		out += g.node(depth)
	}
	g.scope = g.scope[:mark]
	return out
}

func (g *grammar) node(depth int) string {
	if depth == 0 {
		return g.pick("text", "{{ "+g.pipe(1)+" }}")
	}
	switch g.pick("text", "action", "action", "set", "if", "with", "range", "jump") {
	case "action":
		return "{{ " + g.pipe(depth) + " }}"
	case "set":
		value := g.pipe(depth - 1)
		name := g.pick("$x", "$y")
		g.scope = append(g.scope, name)
		return fmt.Sprintf("{{ %s := %s }}", name, value)
	case "if":
		return fmt.Sprintf("{{ if %s }}%s{{ else }}%s{{ end }}", g.pipe(depth-1), g.list(depth-1), g.list(depth-1))
	case "with":
		return fmt.Sprintf("{{ with %s }}%s{{ end }}", g.pipe(depth-1), g.list(depth-1))
	case "range":
		over := g.pick(".list", ".words", ".metadata.labels", ".metadata", "3", ".objects", ".none", ".name", "$.list", ".")
		return fmt.Sprintf("{{ range %s%s }}%s{{ else }}%s{{ end }}", g.pick("", "$x := ", "$i, $y := "), over, g.list(depth-1), g.list(0))
	case "jump":
		return g.pick("{{ break }}", "{{ continue }}", "b")
	}
	return "-"
}

func (g *grammar) pipe(depth int) string {
	out := g.operand(depth)
	for range rapid.IntRange(0, 2).Draw(g.t, "commands") {
		out += " | " + g.pick("upper", "trunc 3", "quote", "default "+g.operand(0), "printf \"%v-%s\" "+g.operand(0), "len", "not",
			"splitList \"_\"", "join \",\"", "sortAlpha", "eq "+g.operand(0), "and "+g.operand(0), "or "+g.operand(0), "normalize",
			"replace \"a\" \"b\"", "toString", "slugify 4 false", "printf \"%s/%s\" "+g.operand(0), "ternary 1 \"z\"", "lt "+g.operand(0),
			"hasPrefix \"E\"", "toJson", "index .metadata.labels", "index .list", "empty", "add 2", "coalesce \"\"")
	}
	return out
}

func (g *grammar) operand(depth int) string {
	if depth > 0 && rapid.Bool().Draw(g.t, "nested") {
		return "(" + g.pipe(depth-1) + ")" + g.pick("", "", ".k", ".labels.region")
	}
	own := []string{".name", ".n", ".", "$", "$.name", ".metadata.labels.region", ".metadata", ".list", ".words", ".objects", ".k", ".nil",
		".none", ".flag", ".float", "1", "0", "-2", "true", "\"eu\"", "\"\"", "\"region\"", "nil", "1.5", "'c'", "0x1"}
	return rapid.SampledFrom(append(own, g.scope...)).Draw(g.t, "operand")
}
