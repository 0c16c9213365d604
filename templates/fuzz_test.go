package templates

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"
	"text/template"

	"github.com/valyala/fasttemplate"
)

var fuzzParams = Params{
	"a": "1", "a.b": "2", "": "never", "evil": "{{a}}",
	"m": map[string]any{"s": map[string]string{"k": "v"}, "l": []any{"x", 1.5, nil}},
}

// FuzzFastTemplate compares with the library that Argo CD uses.
func FuzzFastTemplate(f *testing.F) {
	for _, seed := range []string{
		"", "{{a}}", "{{ a.b }}-{{nope}}", "{{", "}}{{", "{{}}", "{{{a}}}", "{{\n}}", "{{a\n}}{{a}}", "{{a}}{{", "{{evil}}",
	} {
		f.Add(seed)
	}
	isTemplated := regexp.MustCompile(".*{{.*}}.*")
	f.Fuzz(func(t *testing.T, text string) {
		want, wantErr := text, error(nil)
		if isTemplated.MatchString(text) {
			var compiled *fasttemplate.Template
			if compiled, wantErr = fasttemplate.NewTemplate(text, open, shut); wantErr == nil {
				want = compiled.ExecuteFuncString(func(w io.Writer, tag string) (int, error) {
					value, ok := fuzzParams[strings.TrimSpace(tag)].(string)
					if !ok || strings.TrimSpace(tag) == "" {
						return io.WriteString(w, open+tag+shut)
					}
					return io.WriteString(w, value)
				})
			}
		}
		got, err := render(newEngine(t, false), text, fuzzParams)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("got error %v, the library %v", err, wantErr)
		}
		if err == nil && got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// FuzzGoTemplate holds that metering changes no output: what renders here
// renders the same in a plain text/template with the same functions.
func FuzzGoTemplate(f *testing.F) {
	for _, seed := range []string{
		"", "{{.a}}", "{{ .m.s.k }}-{{ .a }}", "{{ range .m.l }}{{ . }}{{ else }}none{{ end }}",
		`{{ define "t" }}{{ . }}{{ end }}{{ template "t" .a }}`, `{{ $x := .a }}{{ if eq $x "1" }}y{{ end }}`,
		`{{ range $i, $e := .m.l }}{{ if $i }}{{ break }}{{ end }}{{ $e }}{{ end }}`, `{{ .nope }}`,
		`{{ with .m }}{{ .s | toJson }}{{ end }}`, `{{ printf "%v" .m.l }}`, `{{- .a -}} x`, `{{/* c */}}`,
		`{{ range 3 }}{{ . }}{{ end }}`, `{{ block "b" .a }}{{ . }}{{ end }}`, `{{ .a | upper | quote }}`,
		`{{ range 1000000000000 }}{{ end }}`, `{{ repeat 100 .a }}`, `{{ nindent 4 .a }}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := render(newEngine(t, true), text, fuzzParams)
		if err != nil {
			return // plain text/template need not end at all
		}
		plain, err := template.New("").Funcs(template.FuncMap(library)).
			Funcs(template.FuncMap(bounded(&meter{budget: DefaultBudget()}))).Parse(text)
		if err != nil {
			t.Fatalf("text/template refuses what was rendered: %v", err)
		}
		var want bytes.Buffer
		if err := plain.Execute(&want, deepCopy(fuzzParams)); err != nil {
			t.Fatalf("text/template fails what was rendered: %v", err)
		}
		if got != want.String() && !strings.Contains(text, "0x") { // pointers print as addresses
			t.Fatalf("got %q, want %q", got, want.String())
		}
	})
}
