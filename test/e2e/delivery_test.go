package e2e

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

const (
	patience = 60 * time.Second
	argocd   = "argocd"
)

// apply applies YAML documents on the hub, server-side.
func (f *fleet) apply(t *testing.T, text string) {
	t.Helper()
	for _, doc := range strings.Split(text, "\n---\n") {
		u := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(doc), &u.Object); err != nil {
			t.Fatalf("%v in:\n%s", err, doc)
		}
		if u.GetNamespace() == "" {
			u.SetNamespace(argocd)
		}
		err := f.api.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(u), client.FieldOwner("e2e"), client.ForceOwnership)
		if err != nil {
			t.Fatalf("apply %s %s: %v", u.GetKind(), u.GetName(), err)
		}
	}
}

// remove deletes an object on the hub, also during cleanup.
func (f *fleet) remove(t *testing.T, o client.Object, name string) {
	t.Helper()
	o.SetNamespace(argocd)
	o.SetName(name)
	if err := f.api.Delete(context.WithoutCancel(t.Context()), o); client.IgnoreNotFound(err) != nil {
		t.Fatal(err)
	}
}

// set is an ApplicationSet over the clusters with label NAME=true. Each row is
// an Application NAME-CLUSTER, automated, in namespace NAME.
func set(name, repoURL, path string) string {
	return fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: %[1]s
spec:
  generators:
  - clusters: {selector: {matchLabels: {%[1]s: "true"}}}
  template:
    metadata:
      name: '%[1]s-{{name}}'
    spec:
      project: default
      source: {repoURL: %[2]s, targetRevision: main, path: '%[3]s'}
      destination: {server: '{{server}}', namespace: %[1]s}
      syncPolicy:
        automated: {prune: true, selfHeal: true}
        syncOptions: [CreateNamespace=true]
`, name, repoURL, path)
}

// label sets or, with "", removes a label of clusters.
func (f *fleet) label(t *testing.T, key, value string, names ...string) {
	t.Helper()
	change := key + "=" + value
	if value == "" {
		change = key + "-"
	}
	for _, name := range names {
		f.fairlead(t, "cluster", "label", name, change)
	}
}

func (f *fleet) app(t *testing.T, name string) (*v1alpha1.Application, error) {
	t.Helper()
	app := &v1alpha1.Application{}
	err := f.api.Get(t.Context(), client.ObjectKey{Namespace: argocd, Name: name}, app)
	return app, err
}

// awaitHealthy waits until Applications are Synced and Healthy, at the given
// commit if it is not empty.
func (f *fleet) awaitHealthy(t *testing.T, commit string, names ...string) {
	t.Helper()
	for _, name := range names {
		eventually(t, patience, func() error {
			app, err := f.app(t, name)
			if err != nil {
				return err
			}
			s := app.Status
			switch {
			case s.Sync.Status != v1alpha1.SyncStatusCodeSynced || s.Health.Status != v1alpha1.HealthStatusHealthy:
				return fmt.Errorf("application %s: %s, %s %s; conditions %v; operation %+v", name, s.Sync.Status, s.Health.Status, s.Health.Message, s.Conditions, s.OperationState)
			case commit != "" && s.Sync.Revision != commit:
				return fmt.Errorf("application %s runs %s, want %s", name, s.Sync.Revision, commit)
			}
			return nil
		})
	}
}

func (f *fleet) awaitGone(t *testing.T, name string) {
	t.Helper()
	eventually(t, patience, func() error {
		app, err := f.app(t, name)
		if apierrors.IsNotFound(err) {
			return nil
		}
		return errors.Join(err, fmt.Errorf("application %s is still there; conditions %v", name, app.Status.Conditions))
	})
}

// awaitCondition waits until an Application has a condition whose message
// holds every part.
func (f *fleet) awaitCondition(t *testing.T, name, kind string, parts ...string) {
	t.Helper()
	eventually(t, patience, func() error {
		app, err := f.app(t, name)
		if err != nil {
			return err
		}
		for _, c := range app.Status.Conditions {
			if c.Type == kind && containsAll(c.Message, parts) {
				return nil
			}
		}
		return fmt.Errorf("application %s has no condition %s with %q, but %+v", name, kind, parts, app.Status.Conditions)
	})
}

func containsAll(text string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}

// configMap reads one key of a ConfigMap of a cluster.
func (f *fleet) configMap(t *testing.T, cluster, namespace, name, key string) (string, error) {
	t.Helper()
	cm := &corev1.ConfigMap{}
	err := f.at[cluster].Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, cm)
	return cm.Data[key], err
}

func (f *fleet) awaitConfigMap(t *testing.T, cluster, namespace, name, key, want string) {
	t.Helper()
	eventually(t, patience, func() error {
		got, err := f.configMap(t, cluster, namespace, name, key)
		if err == nil && got != want {
			err = fmt.Errorf("configmap %s/%s on %s: %s is %q, want %q", namespace, name, cluster, key, got, want)
		}
		return err
	})
}

func (f *fleet) awaitNoConfigMap(t *testing.T, cluster, namespace, name string) {
	t.Helper()
	eventually(t, patience, func() error {
		_, err := f.configMap(t, cluster, namespace, name, "")
		if apierrors.IsNotFound(err) {
			return nil
		}
		return errors.Join(err, fmt.Errorf("configmap %s/%s on %s is still there", namespace, name, cluster))
	})
}

func (f *fleet) deployment(t *testing.T, cluster, namespace, name string) (*appsv1.Deployment, error) {
	t.Helper()
	d := &appsv1.Deployment{}
	err := f.at[cluster].Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, d)
	return d, err
}

func configMapYAML(name, key, value string) string {
	return fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {%s: %q}\n", name, key, value)
}

func deploymentYAML(name string, replicas int) string {
	return fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata: {name: %[1]s}
spec:
  replicas: %[2]d
  selector: {matchLabels: {app: %[1]s}}
  template:
    metadata: {labels: {app: %[1]s}}
    spec: {containers: [{name: main, image: registry.example.com/%[1]s:1}]}
`, name, replicas)
}
