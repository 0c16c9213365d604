package v1alpha1_test

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestDecodeApplicationSetNamesTheField(t *testing.T) {
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(`
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {namespace: argocd, name: broken}
spec:
  generators:
  - list:
      elements: [{a: 1}]
      template: {metadata: {}, spec: {source: {repoURL: u, helm: {parameters: [{name: replicas, value: 3}]}}}}
  template: {metadata: {name: x}, spec: {destination: {}}}
`), &object.Object); err != nil {
		t.Fatal(err)
	}
	_, err := v1alpha1.DecodeApplicationSet(object)
	if err == nil {
		t.Fatal("a number was taken for a string")
	}
	for _, part := range []string{"argocd/broken", "generators", "helm.parameters", "value"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q: %v", part, err)
		}
	}
}

func TestNestedGenerators(t *testing.T) {
	set := &v1alpha1.ApplicationSetNestedGenerator{}
	if err := yaml.UnmarshalStrict([]byte(`
matrix: {generators: [{list: {elements: [{a: 1}]}}, {clusters: {}}]}
merge: {mergeKeys: [a], generators: [{plugin: {configMapRef: {name: p}}}]}
`), set); err != nil {
		t.Fatal(err)
	}
	nested, err := v1alpha1.ToNestedMatrixGenerator(set.Matrix)
	if err != nil {
		t.Fatal(err)
	}
	matrix := nested.ToMatrixGenerator()
	if len(matrix.Generators) != 2 || matrix.Generators[0].List == nil || matrix.Generators[1].Clusters == nil {
		t.Errorf("matrix %+v", matrix)
	}
	nestedMerge, err := v1alpha1.ToNestedMergeGenerator(set.Merge)
	if err != nil {
		t.Fatal(err)
	}
	merge := nestedMerge.ToMergeGenerator()
	if len(merge.MergeKeys) != 1 || merge.Generators[0].Plugin == nil {
		t.Errorf("merge %+v", merge)
	}
	if g, err := v1alpha1.ToNestedMatrixGenerator(nil); g != nil || err != nil {
		t.Errorf("nil: %v, %v", g, err)
	}
}
