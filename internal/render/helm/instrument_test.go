package helm

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
)

func TestInstrument(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                                       "plain",
		"{{ range .x }}a{{ end }}":                    "{{ range .x }}{{fairleadStep}}a{{ end }}",
		"{{- range .x -}}  a{{ end }}":                "{{- range .x -}}{{fairleadStep -}}  a{{ end }}",
		"{{define \"a}}\"}}b{{end}}":                  "{{define \"a}}\"}}{{fairleadStep}}b{{end}}",
		"{{/* range }} */}}{{ranger}}":                "{{/* range }} */}}{{ranger}}",
		"{{- /* {{ range }} */ -}}x":                  "{{- /* {{ range }} */ -}}x",
		"{{ `}}{{ range` }}":                          "{{ `}}{{ range` }}",
		"{{ tpl .a . }}":                              "{{ tpl (fairleadGuard .a) . }}",
		"{{ tpl (.a | toYaml) $ }}":                   "{{ tpl (fairleadGuard (.a | toYaml)) $ }}",
		"{{ (tpl \"tpl .x .\" .).y }}":                "{{ (tpl (fairleadGuard \"tpl .x .\") .).y }}",
		"{{ tpl (tpl .a .) . }}":                      "{{ tpl (fairleadGuard (tpl (fairleadGuard .a) .)) . }}",
		"{{ .tpl }}{{ $tpl }}{{ include \"tpl\" . }}": "{{ .tpl }}{{ $tpl }}{{ include \"tpl\" . }}",
		"{{ range .x }":                               "{{ range .x }",
		"{{ \"open":                                   "{{ \"open",
		"{{ if eq '}' '}' }}a{{ end }}":               "{{ if eq '}' '}' }}a{{ end }}",
	} {
		if got := instrument(in); got != want {
			t.Errorf("instrument(%q)\n got %q\nwant %q", in, got, want)
		}
	}
}

// FuzzInstrument: a template that parses still parses and gives the same text.
func FuzzInstrument(f *testing.F) {
	names, err := filepath.Glob("../testdata/corpus/*/templates/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		if text, err := os.ReadFile(name); err == nil {
			f.Add(string(text))
		}
	}
	f.Add("{{- range $i, $e := .L -}} {{$i}}{{- else -}}x{{end}} {{- tpl (printf \"{{%s}}\" .S) . }}")
	f.Add("{{block \"a\" .}}{{tpl .S $}}{{end}}{{define \"b\" -}}  x{{end}}{{template \"b\"}}")
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > 20_000 || strings.Contains(source, "fairlead") {
			return
		}
		run := func(text string) (string, error) {
			m := newMeter(context.Background())
			funcs := m.functions()
			for _, name := range []string{"include", "required", "lookup", "toYaml", "fail", "toJson", "fromYaml"} {
				funcs[name] = func(args ...any) string { return "x" }
			}
			funcs["tpl"] = func(s string, _ any) string { return strings.ReplaceAll(s, "{{"+stepFunction+"}}", "") }
			parsed, err := template.New("t").Funcs(funcs).Parse(text)
			if err != nil {
				return "", err
			}
			var out strings.Builder
			err = parsed.Execute(&out, map[string]any{"L": []int{1, 2}, "S": "text", "Values": map[string]any{}})
			return out.String(), err
		}
		want, err := run(source)
		if err != nil || strings.Contains(source, "rand") || strings.Contains(source, "tpl") && strings.Contains(source, "range") {
			if _, after := run(instrument(source)); err != nil && after == nil {
				t.Errorf("an error is gone: %v", err)
			}
			return
		}
		got, err := run(instrument(source))
		if err != nil || got != want {
			t.Errorf("instrument(%q) = %q: %q, %v; want %q", source, instrument(source), got, err, want)
		}
	})
}
