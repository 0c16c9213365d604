package config_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1alpha1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/config"
)

func crds(t *testing.T) map[string]*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	list, err := config.CRDs()
	if err != nil {
		t.Fatal(err)
	}
	byKind := map[string]*apiextensionsv1.CustomResourceDefinition{}
	for _, crd := range list {
		byKind[crd.Spec.Names.Kind] = crd
	}
	return byKind
}

// Every kind of the Go types has a definition, and the other way round.
func TestEveryKindHasADefinition(t *testing.T) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, fleetv1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	var got, want []string
	for kind, crd := range crds(t) {
		got = append(got, crd.Spec.Group+"/"+kind)
	}
	for kind := range scheme.AllKnownTypes() {
		list := kind.GroupVersion().WithKind(kind.Kind + "List")
		if kind.Group != "" && scheme.Recognizes(list) {
			want = append(want, kind.Group+"/"+kind.Kind)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("run tools/gen/generate.sh (-types +definitions):\n%s", diff)
	}
}

// An API server pays for a schema with hundreds of times its size.
func TestSchemasStaySmall(t *testing.T) {
	for kind, crd := range crds(t) {
		data, err := json.Marshal(crd)
		if err != nil {
			t.Fatal(err)
		}
		if limit := 128 << 10; len(data) > limit {
			t.Errorf("%s has %d bytes, more than %d", kind, len(data), limit)
		}
	}
}

// A schema that forbids unknown fields anywhere loses those of newer manifests.
func TestSchemasOfArgoKindsAreOpen(t *testing.T) {
	for _, kind := range []string{"Application", "ApplicationSet", "AppProject"} {
		for _, version := range crds(t)[kind].Spec.Versions {
			if closed := closedObjects(kind, version.Schema.OpenAPIV3Schema); len(closed) > 0 {
				t.Errorf("unknown fields are dropped at %v", closed)
			}
		}
	}
}

func closedObjects(path string, schema *apiextensionsv1.JSONSchemaProps) []string {
	var closed []string
	if len(schema.Properties) > 0 && (schema.XPreserveUnknownFields == nil || !*schema.XPreserveUnknownFields) {
		closed = append(closed, path)
	}
	for name, property := range schema.Properties {
		closed = append(closed, closedObjects(path+"."+name, &property)...)
	}
	if schema.Items != nil {
		closed = append(closed, closedObjects(path+"[]", schema.Items.Schema)...)
	}
	if schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil {
		closed = append(closed, closedObjects(path+"{}", schema.AdditionalProperties.Schema)...)
	}
	return closed
}
