package api

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/testenv"
)

const newerApplication = `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: newer}
spec:
  project: default
  newField: {a: [1, two]}
  destination: {server: https://kubernetes.default.svc, namespace: x, newField: 1}
  source:
    repoURL: https://git.example.com/a.git
    newField: {deep: {er: true}}
    helm: {newField: 2, valuesObject: {replicas: 3, nested: {list: [1, {a: b}]}}}
  syncPolicy: {automated: {newField: x}, retry: {backoff: {newField: 1}}}
operation: {newField: 1, sync: {newField: 2}}
newField: {atTheRoot: true}
`

const newerSet = `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: newer}
spec:
  newField: 1
  generators:
  - newGenerator: {a: 1}
  - matrix:
      newField: 1
      generators:
      - list: {newField: 1, elements: [{a: 1, b: {c: [2]}}]}
      - newGenerator: {a: 1}
      - matrix: {newField: 1, generators: [{clusters: {newField: 1}}]}
      template: {metadata: {newField: 1}, spec: {newField: 1}}
  template:
    metadata: {name: x, newField: 1}
    spec: {destination: {newField: 1}, newField: 1, source: {repoURL: u, kustomize: {newField: 1}}}
  strategy: {rollingSync: {steps: [{newField: 1, maxUpdate: 10%}, {maxUpdate: 3}]}}
`

const newerProject = `
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: newer}
spec:
  newField: 1
  destinations: [{server: '*', newField: 1}]
  roles: [{name: r, newField: 1}]
`

// Fields that these types do not know survive what the hub does to an object:
// a typed read, a change, and a merge patch of the change.
func TestUnknownFieldsSurvive(t *testing.T) {
	c, namespace := hub(t)
	kubeconfig := testenv.HubKubeconfig(t)
	for _, test := range []struct {
		manifest string
		object   client.Object
		change   func(client.Object)
	}{
		{newerApplication, &v1alpha1.Application{}, func(object client.Object) {
			app := object.(*v1alpha1.Application)
			app.Spec.Source.TargetRevision = "v2"
			app.Spec.SyncPolicy.Retry.Limit = 5
			app.Operation.Sync.Prune = true
		}},
		{newerSet, &v1alpha1.ApplicationSet{}, func(object client.Object) {
			set := object.(*v1alpha1.ApplicationSet)
			set.Spec.Template.Spec.Project = "other"
			set.Spec.GoTemplate = true
		}},
		{newerProject, &v1alpha1.AppProject{}, func(object client.Object) {
			object.(*v1alpha1.AppProject).Spec.Description = "changed"
		}},
	} {
		applied := parse(t, test.manifest)
		t.Run(applied.GetKind(), func(t *testing.T) {
			testenv.KubectlInput(t, kubeconfig, test.manifest, "-n", namespace, "apply", "--server-side", "-f", "-")
			key := client.ObjectKey{Namespace: namespace, Name: "newer"}
			if err := c.Get(t.Context(), key, test.object); err != nil {
				t.Fatal(err)
			}
			before := test.object.DeepCopyObject().(client.Object)
			test.change(test.object)
			test.object.SetLabels(map[string]string{"changed": "true"})
			if err := c.Patch(t.Context(), test.object, client.MergeFrom(before)); err != nil {
				t.Fatal(err)
			}

			got := &unstructured.Unstructured{}
			got.SetGroupVersionKind(applied.GroupVersionKind())
			if err := c.Get(t.Context(), key, got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(newFields("", applied.Object), newFields("", got.Object)); diff != "" {
				t.Errorf("unknown fields (-applied +kept):\n%s", diff)
			}
			if got.GetLabels()["changed"] != "true" {
				t.Error("the change did not arrive")
			}
		})
	}
}

// A status that a newer controller wrote keeps its unknown fields too.
func TestUnknownStatusFieldsSurvive(t *testing.T) {
	c, namespace := hub(t)
	app := parse(t, newerApplication)
	app.SetNamespace(namespace)
	if err := c.Create(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	status := []byte(`{"status":{"newField":1,"sync":{"status":"Synced","newField":2},"resources":[{"kind":"Pod","newField":3}]}}`)
	if err := c.Status().Patch(t.Context(), app, client.RawPatch(client.Merge.Type(), status)); err != nil {
		t.Fatal(err)
	}
	typed := &v1alpha1.Application{}
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(app), typed); err != nil {
		t.Fatal(err)
	}
	before := typed.DeepCopy()
	typed.Status.Health.Status = v1alpha1.HealthStatusHealthy
	if err := c.Status().Patch(t.Context(), typed, client.MergeFrom(before)); err != nil {
		t.Fatal(err)
	}
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(app), app); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{".newField": int64(1), ".sync.newField": int64(2), ".resources[].newField": int64(3)}
	if diff := cmp.Diff(want, newFields("", app.Object["status"])); diff != "" {
		t.Errorf("unknown fields of the status (-want +got):\n%s", diff)
	}
}

// newFields gathers what is named newField or newGenerator, by path.
func newFields(path string, value any) map[string]any {
	found := map[string]any{}
	add := func(path string, value any) {
		for path, value := range newFields(path, value) {
			found[path] = value
		}
	}
	switch value := value.(type) {
	case map[string]any:
		for key, child := range value {
			if key == "newField" || key == "newGenerator" {
				found[path+"."+key] = child
			} else if path+"."+key != ".metadata" {
				add(path+"."+key, child)
			}
		}
	case []any:
		for _, child := range value {
			add(path+"[]", child)
		}
	}
	return found
}

func parse(t *testing.T, manifest string) *unstructured.Unstructured {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(manifest))
	if err != nil {
		t.Fatal(err)
	}
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(data); err != nil { // whole numbers as int64
		t.Fatal(err)
	}
	return object
}
