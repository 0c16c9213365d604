package v1alpha1_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Encodings that Go's rules alone would not give, or that are easily broken.
func TestEncoding(t *testing.T) {
	text, no := "", false
	for _, c := range []struct {
		name   string
		object any
		want   string
	}{
		{"a plugin parameter has a name even if empty", v1alpha1.ApplicationSourcePluginParameter{}, `{"name":""}`},
		{"a present but empty value stays", v1alpha1.ApplicationSourcePluginParameter{
			Name: "p", String_: &text, OptionalMap: &v1alpha1.OptionalMap{}, OptionalArray: &v1alpha1.OptionalArray{},
		}, `{"array":[],"map":{},"name":"p","string":""}`},
		{"a directory without jsonnet options has no jsonnet", &v1alpha1.ApplicationSourceDirectory{
			Jsonnet: v1alpha1.ApplicationSourceJsonnet{Libs: []string{}},
		}, `{}`},
		{"project and destination are always written", v1alpha1.ApplicationSpec{}, `{"destination":{},"project":""}`},
		{"false differs from absent", v1alpha1.SyncPolicyAutomated{AllowEmpty: &no}, `{"allowEmpty":false}`},
		{"a patch target is flat", v1alpha1.KustomizeSelector{
			KustomizeResId: v1alpha1.KustomizeResId{KustomizeGvk: v1alpha1.KustomizeGvk{Kind: "Deployment"}, Name: "a"},
		}, `{"kind":"Deployment","name":"a"}`},
		{"an operation always says by whom and how to retry", v1alpha1.Operation{}, `{"initiatedBy":{},"retry":{}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := json.Marshal(c.object)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPluginParametersSurvive(t *testing.T) {
	in := "- {name: s, string: x}\n- {name: a, array: []}\n- {name: m, map: {k: v}}\n"
	var parameters v1alpha1.ApplicationSourcePluginParameters
	if err := yaml.UnmarshalStrict([]byte(in), &parameters); err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(parameters)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"name":"s","string":"x"},{"array":[],"name":"a"},{"map":{"k":"v"},"name":"m"}]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
