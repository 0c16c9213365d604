package templates

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// A value cannot break out of the string that it is put in, however it is
// written, nor be read as a template itself.
func TestValuesStayValues(t *testing.T) {
	evil := "\"}, \"project\": \"admin\", \\ {{ .x }} \n"
	tmpl := decodeTemplate(t, `
metadata: {name: a, labels: {'k-{{ .k }}': '{{ .v }}'}}
spec:
  source:
    repoURL: https://git.example.com/a.git
    helm:
      valuesObject: {a: ['{{ .v }}', 1, true], '{{ .k }}': {num: 1.5, gone: null}}
`)
	program, err := newEngine(t, true).CompileApplication(&v1alpha1.ApplicationSet{}, tmpl)
	if err != nil {
		t.Fatal(err)
	}
	app, err := program.Execute(Params{"k": "key", "v": evil, "x": "no"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"k-key": evil}, app.Labels); diff != "" {
		t.Error(diff)
	}
	var values map[string]any
	if err := json.Unmarshal(app.Spec.Source.Helm.ValuesObject.Raw, &values); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"a": []any{evil, 1.0, true}, "key": map[string]any{"num": 1.5}}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Error(diff)
	}
	if app.Spec.Project != "default" {
		t.Errorf("project %q", app.Spec.Project)
	}
}

func TestRowsDoNotShareTemplatedParts(t *testing.T) {
	tmpl := decodeTemplate(t, `
metadata: {name: '{{ n }}', labels: {n: '{{ n }}', static: s}}
spec:
  project: p
  source: {repoURL: r, helm: {valueFiles: [common.yaml, '{{ n }}.yaml']}}
  syncPolicy: {automated: {prune: true}}
`)
	program, err := newEngine(t, false).CompileApplication(&v1alpha1.ApplicationSet{}, tmpl)
	if err != nil {
		t.Fatal(err)
	}
	first, err := program.Execute(Params{"n": "one"})
	if err != nil {
		t.Fatal(err)
	}
	before := first.DeepCopy()
	second, err := program.Execute(Params{"n": "two"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, first); diff != "" {
		t.Errorf("the second row changed the first:\n%s", diff)
	}
	if second.Spec.SyncPolicy != first.Spec.SyncPolicy {
		t.Error("the static sync policy was copied")
	}
	if got := second.Spec.Source.Helm.ValueFiles; !cmp.Equal(got, []string{"common.yaml", "two.yaml"}) {
		t.Errorf("valueFiles %v", got)
	}
}

func TestErrorsNameTheField(t *testing.T) {
	for _, c := range []struct{ template, want string }{
		{`{spec: {source: {path: '{{ .x }}'}}}`, `template.spec.source.path: key "x" is missing`},
		{`{spec: {sources: [{}, {helm: {parameters: [{name: a, value: '{{ .x }}'}]}}]}}`,
			`template.spec.sources[1].helm.parameters[0].value: key "x" is missing`},
		{`{metadata: {labels: {a: '{{ .x }}'}}}`, `template.metadata.labels["a"]: key "x" is missing`},
		{`{spec: {source: {helm: {valuesObject: {a: [{b: '{{ .x }}'}]}}}}}`,
			`template.spec.source.helm.valuesObject.a[0].b: key "x" is missing`},
		{`{spec: {project: '{{ nope }}'}}`, `template.spec.project: function "nope" does not exist`},
		{`{spec: {project: '{{ now }}'}}`,
			`template.spec.project: function "now" is not available: it reads the clock, and an expansion is deterministic`},
	} {
		program, err := newEngine(t, true, "missingkey=error").
			CompileApplication(&v1alpha1.ApplicationSet{}, decodeTemplate(t, c.template))
		if err == nil {
			_, err = program.Execute(Params{})
		}
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\n got %v\nwant %s", c.template, err, c.want)
		}
	}
}

func decodeTemplate(t *testing.T, text string) *v1alpha1.ApplicationSetTemplate {
	t.Helper()
	var tmpl v1alpha1.ApplicationSetTemplate
	if err := yaml.Unmarshal([]byte(text), &tmpl); err != nil {
		t.Fatal(err)
	}
	return &tmpl
}
