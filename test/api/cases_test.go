package api

import (
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// refused are the cases that the schema refuses, with a part of what it says.
// Argo CD's schema refuses them too: the cases were expanded without an API
// server.
var refused = map[string]string{
	"doc-appset-any-namespace-01":         "spec.generators", // not a list
	"own-fast-kustomize-directory-plugin": "tlas[1].name",    // n is a boolean in YAML 1.1
}

// Whatever Argo CD expands is accepted, and what is accepted decodes.
func TestApplicationSetCasesAreAccepted(t *testing.T) {
	c, namespace := hub(t)
	files, err := filepath.Glob("../appset-cases/*/appset.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in ../appset-cases: %v", err)
	}
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		t.Run(name, func(t *testing.T) {
			object := &unstructured.Unstructured{}
			if err := yaml.Unmarshal(read(t, file), &object.Object); err != nil {
				t.Fatal(err)
			}
			object.SetNamespace(namespace)
			object.SetName(strings.ToLower(name))
			unstructured.RemoveNestedField(object.Object, "status")
			err := c.Create(t.Context(), object, client.DryRunAll)
			if want, ok := refused[name]; ok {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("want a refusal that names %s, got %v", want, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := v1alpha1.DecodeApplicationSet(object); err != nil {
				t.Error(err)
			}
		})
	}
}

// The one place where the schema lets through what does not decode: templates
// of generators. Elsewhere a wrong type is refused.
func TestWrongTypes(t *testing.T) {
	c, namespace := hub(t)
	const inGenerator = `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: a}
spec:
  generators: [{list: {elements: [], template: {metadata: {}, spec: {source: {path: 5}}}}}]
  template: {metadata: {}, spec: {destination: {}}}
`
	object := parse(t, inGenerator)
	object.SetNamespace(namespace)
	if err := c.Create(t.Context(), object, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	if _, err := v1alpha1.DecodeApplicationSet(object); err == nil || !strings.Contains(err.Error(), "path") {
		t.Errorf("want an error that names the path, got %v", err)
	}

	const inSet = `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: a}
spec:
  generators: [{matrix: {generators: [{git: {repoURL: 5}}]}}]
  template: {metadata: {}, spec: {destination: {}, source: {repoURL: u, helm: {parameters: [{name: replicas, value: 3}]}}}}
`
	object = parse(t, inSet)
	object.SetNamespace(namespace)
	err := c.Create(t.Context(), object, client.DryRunAll)
	for _, field := range []string{"spec.generators[0].matrix.generators[0].git.repoURL", "spec.template.spec.source.helm.parameters[0].value"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("want a refusal that names %s, got %v", field, err)
		}
	}
}
