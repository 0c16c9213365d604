package templates

import (
	"errors"
	"strings"
	"testing"
)

func TestFastTemplate(t *testing.T) {
	params := Params{"a": "1", "path.basename": "x", "brace": "{{a}}", "number": 3.0, "quote": `"}`}
	for text, want := range map[string]string{
		"plain":                       "plain",
		"{{a}}":                       "1",
		"x-{{ a }}-{{path.basename}}": "x-1-x",
		"{{unknown}}":                 "{{unknown}}",
		"{{ unknown }}":               "{{ unknown }}",
		"{{number}}":                  "{{number}}", // only strings are substituted
		"{{}}{{a}}":                   "{{}}1",
		"{{brace}}":                   "{{a}}", // values are data: one pass
		"{{quote}}":                   `"}`,
		"{{ open":                     "{{ open",
		"close }}":                    "close }}",
		"{{\n}}":                      "{{\n}}",
		"{{\na}} {{a}}":               "1 1",
		"{{{a}}}":                     "{{{a}}}",
	} {
		got, err := render(newEngine(t, false), text, params)
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
	if _, err := render(newEngine(t, false), "{{a}} {{b", params); err == nil {
		t.Error("an unclosed tag beside a closed one gave no error")
	}
}

func TestGoTemplate(t *testing.T) {
	params := Params{
		"name": "Edge_1", "n": 3.0,
		"metadata": map[string]any{"labels": map[string]string{"region": "eu"}},
		"list":     []any{"b", "a"},
	}
	for text, want := range map[string]string{
		`{{ .name }}`: "Edge_1",
		`{{ .metadata.labels.region }}-{{ .name }}`: "eu-Edge_1",
		`{{ .n }}`:                                                   "3",
		`{{ normalize .name }}`:                                      "edge-1",
		`{{ join "," .list }}`:                                       "b,a",
		`{{ .list | sortAlpha | join "," }}`:                         "a,b",
		`{{ keys (dict "b" 1 "a" 2) }}`:                              "[a b]",
		`{{ values (dict "b" 1 "a" 2) }}`:                            "[2 1]",
		`{{ until 3 }}{{ until -2 }}{{ untilStep 4 0 -2 }}`:          "[0 1 2][0 -1][4 2]",
		`{{ seq 2 }} {{ seq 3 1 }} {{ seq 0 2 4 }}`:                  "1 2 3 2 1 0 2 4",
		`{{ date "2006-01-02" 0 }}`:                                  "1970-01-01",
		`{{ toYaml (dict "a" 1) }}`:                                  "a: 1",
		`{{ (fromYaml "a: {b: c}").a.b }}`:                           "c",
		`{{ index (fromYamlArray "[x, z]") 1 }}`:                     "z",
		`{{ range $i, $e := .list }}{{ $i }}{{ $e }}{{ end }}`:       "0b1a",
		`{{ define "x" }}<{{ . }}>{{ end }}{{ template "x" .name }}`: "<Edge_1>",
		`{{ nindent 2 "a\nb" }}`:                                     "\n  a\n  b",
		`{{ html "<" }}{{ printf "%05d" 7 }}{{ print "a" "b" }}`:     "&lt;00007ab",
	} {
		got, err := renderGo(t, text, params)
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
}

// Row A26: the option is honoured, and the error says which key.
func TestMissingKey(t *testing.T) {
	params := Params{"m": map[string]any{}, "labels": map[string]string{}}
	for _, c := range []struct{ option, text, want string }{
		{"missingkey=default", "{{ .nope }}", "<no value>"},
		{"missingkey=zero", "{{ .labels.nope }}", ""},
		{"missingkey=invalid", "{{ .m.nope }}", "<no value>"},
	} {
		got, err := render(newEngine(t, true, c.option), c.text, params)
		if err != nil || got != c.want {
			t.Errorf("%s %s: got %q, %v; want %q", c.option, c.text, got, err, c.want)
		}
	}
	for _, text := range []string{"{{ .region }}", "{{ .m.region }}", "{{ .labels.region }}", "x{{ .labels.region | upper }}"} {
		_, err := renderGo(t, text, params)
		var missing *MissingKeyError
		if !errors.As(err, &missing) || missing.Key != "region" {
			t.Errorf("%s: want the missing key region, got %v", text, err)
		}
		if want := `template.metadata.name: key "region" is missing`; err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}

func TestUnknownOptionIsAnError(t *testing.T) {
	_, err := NewEngine(Options{GoTemplate: true, GoTemplateOptions: []string{"missingkey=error", "missingkey=panic"}})
	if err == nil || !strings.Contains(err.Error(), "goTemplateOptions[1]") {
		t.Errorf("want an error that names the option, got %v", err)
	}
}

// Sprig's set, unset and merge write into what they are given. Parameters are
// shared by rows and sets, so a template works on its own copy.
func TestMutatorsDoNotReachTheParameters(t *testing.T) {
	params := Params{"metadata": map[string]any{"labels": map[string]string{"a": "b"}}, "list": []string{"b", "a"}}
	text := `{{ $_ := set .metadata "x" "y" }}{{ $_ := unset . "list" }}{{ .metadata.x }}`
	got, err := renderGo(t, text, params)
	if err != nil || got != "y" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, leaked := params["metadata"].(map[string]any)["x"]; leaked || params["list"] == nil {
		t.Errorf("the parameters changed: %v", params)
	}
	if _, err := renderGo(t, `{{ sortAlpha .list }}`, params); err != nil || params["list"].([]string)[0] != "b" {
		t.Errorf("sortAlpha sorted the parameters: %v, %v", params, err)
	}
}

func TestSlugify(t *testing.T) {
	long := "feature/ABC_123-this is a very long branch name"
	for _, c := range []struct {
		args []any
		want string
	}{
		{nil, ""},
		{[]any{"A.b__C"}, "a-b-c"},
		{[]any{19, long}, "feature-abc-123"},
		{[]any{20, false, long}, "feature-abc-123-this"},
		{[]any{5, true, "abcdefgh"}, "abcde"},
		{[]any{0, false, "abc"}, ""},
		{[]any{8, true, "abc-defg-h"}, "abc-defg"},
		{[]any{0, long}, "feature-abc-123-this-is-a-very-long-branch-name"},
		{[]any{-1, long}, "feature-abc-123-this-is-a-very-long-branch-name"},
	} {
		got, err := slugify(c.args...)
		if err != nil || got != c.want {
			t.Errorf("slugify %v: got %q, %v; want %q", c.args, got, err, c.want)
		}
	}
	for _, args := range [][]any{{5}, {"x", "y"}, {-1, false, "y"}} {
		if got, err := slugify(args...); err == nil {
			t.Errorf("slugify %v: got %q; want an error", args, got)
		}
	}
}
