package objects_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/internal/inputs/objects"
	"github.com/fairlead/fairlead/internal/inputs/reference"
)

var _ reference.Objects = (*objects.Objects)(nil)

const stream = `
# nothing
---
apiVersion: v1
kind: Secret
metadata: {name: tokens}
data: {a: b25l, b: dHdv}
stringData: {b: three}
---
apiVersion: v1
kind: Secret
metadata: {name: marked, labels: {argocd.argoproj.io/secret-type: scm-creds}}
stringData: {a: one}
---
apiVersion: v1
kind: Secret
metadata: {name: broken}
data: {a: "not base64: s3cr3t"}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {k: v}}
- {apiVersion: x.example/v1, kind: Policy, metadata: {name: b, labels: {a: b}}, spec: {count: 1000000}}
---
apiVersion: x.example/v1
kind: Policy
metadata: {name: a, labels: {a: b}}
---
apiVersion: x.example/v2
kind: Policy
metadata: {name: c, labels: {a: b}}
---
apiVersion: x.example/v1
kind: Policy
metadata: {name: d, namespace: team, labels: {a: b}}
`

func TestSecretsAndConfigMapsOfFiles(t *testing.T) {
	o := fromYAML(t, stream)
	secret, err := o.Secret(t.Context(), "argocd", "tokens")
	if err != nil || !cmp.Equal(secret, map[string][]byte{"a": []byte("one"), "b": []byte("three")}) {
		t.Errorf("%q, %v", secret, err)
	}
	config, err := o.ConfigMap(t.Context(), "argocd", "c")
	if err != nil || !cmp.Equal(config, map[string]string{"k": "v"}) {
		t.Errorf("%q, %v", config, err)
	}
	if _, err := o.Secret(t.Context(), "team", "tokens"); err == nil || err.Error() != "secret team/tokens does not exist" {
		t.Error(err)
	}
	if _, err := o.ConfigMap(t.Context(), "argocd", "tokens"); err == nil || err.Error() != "configmap argocd/tokens does not exist" {
		t.Error(err)
	}
	if _, err := o.Secret(t.Context(), "argocd", "broken"); err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Error(err)
	}
}

// Argo CD's option: what is not marked as a credential is none.
func TestOnlyMarkedSecretsInStrictMode(t *testing.T) {
	o := fromYAML(t, stream)
	for name, want := range map[string]bool{"tokens": false, "marked": true} {
		if _, err := o.OnlySCMCredentials().Secret(t.Context(), "argocd", name); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := o.Secret(t.Context(), "argocd", name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestObjectsOfFilesAreFoundByTheirPlural(t *testing.T) {
	o := fromYAML(t, stream)
	resource := schema.GroupVersionResource{Group: "x.example", Version: "v1", Resource: "policies"}
	labels := metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}}
	found, err := o.List(t.Context(), resource, "argocd", "", labels)
	if err != nil || len(found) != 2 || found[0].GetName() != "a" || found[1].GetName() != "b" {
		t.Fatalf("%v, %v", found, err)
	}
	if n := found[1].Object["spec"].(map[string]any)["count"]; n != int64(1000000) {
		t.Errorf("a whole number became %T", n)
	}
	for _, c := range []struct {
		plural, name string
		selector     metav1.LabelSelector
		want         int
	}{
		{"policies", "a", labels, 1},
		{"policies", "nope", labels, 0},
		{"policies", "", metav1.LabelSelector{MatchLabels: map[string]string{"a": "c"}}, 0},
		{"policys", "", metav1.LabelSelector{}, 2},
		{"policy", "", metav1.LabelSelector{}, 0},
		{"Policies", "", metav1.LabelSelector{}, 0},
	} {
		resource.Resource = c.plural
		if found, err := o.List(t.Context(), resource, "argocd", c.name, c.selector); err != nil || len(found) != c.want {
			t.Errorf("%+v: %v, %v", c, found, err)
		}
	}
}

func TestMalformedStreamsNameTheDocument(t *testing.T) {
	for text, want := range map[string]string{
		"{}\n":                      "document 1: ",
		stream + "---\na: b: c\n":   "document 9: ",
		stream + "---\n[1, 2]\n":    "document 9: ",
		"apiVersion: v1\nkind: [x]": "document 1: ",
	} {
		if _, err := objects.FromYAML("argocd", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
}

func fromYAML(t *testing.T, text string) *objects.Objects {
	t.Helper()
	o, err := objects.FromYAML("argocd", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}
