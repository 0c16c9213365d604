package kustomize

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Bases that are shared double at every level: small on disk, large in memory.
func TestDoublingBasesAreRefused(t *testing.T) {
	files := map[string]string{"k40/kustomization.yaml": "resources: [web.yaml]", "k40/web.yaml": deployment}
	for i := range 40 {
		for _, side := range []string{"a", "b"} {
			files[fmt.Sprintf("k%d%s/kustomization.yaml", i, side)] = fmt.Sprintf("resources: [../k%d]\nnamePrefix: %s-", i+1, side)
		}
		files[fmt.Sprintf("k%d/kustomization.yaml", i)] = fmt.Sprintf("resources: [../k%da, ../k%db]", i, i)
	}
	_, err := render(t, files, "k0", nil)
	if err == nil || !strings.Contains(err.Error(), "comes to more than") {
		t.Errorf("got %v", err)
	}
	small, err := render(t, files, "k37", nil)
	if err != nil || len(small.Objects) != 8 {
		t.Errorf("three levels: %d objects, %v", len(small.Objects), err)
	}
}

func TestVersionIsRefused(t *testing.T) {
	files := map[string]string{"k/kustomization.yaml": "resources: [web.yaml]", "k/web.yaml": deployment}
	_, err := render(t, files, "k", &v1alpha1.ApplicationSourceKustomize{Version: "v4.5.7"})
	if err == nil || !strings.Contains(err.Error(), `kustomize.version "v4.5.7"`) {
		t.Errorf("got %v", err)
	}
}

// Argo CD substitutes in images and labels always, in annotations when asked.
func TestBuildEnvironment(t *testing.T) {
	files := map[string]string{"k/kustomization.yaml": "resources: [web.yaml]", "k/web.yaml": deployment}
	d, err := render(t, files, "k", &v1alpha1.ApplicationSourceKustomize{
		Images:            v1alpha1.KustomizeImages{"nginx=nginx:$APP"},
		CommonLabels:      map[string]string{"a": "$APP"},
		CommonAnnotations: map[string]string{"a": "$APP"},
		KubeVersion:       "1.30", APIVersions: []string{"v1"}, // for charts, which are not rendered
	})
	if err != nil {
		t.Fatal(err)
	}
	o := d.Objects[0]
	raw, err := o.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if o.GetLabels()["a"] != "app" || o.GetAnnotations()["a"] != "$APP" || !strings.Contains(string(raw), "nginx:app") {
		t.Errorf("got %s", raw)
	}
}

// The kustomization says in which order its objects come.
func TestSortOptions(t *testing.T) {
	files := map[string]string{
		"k/kustomization.yaml": "sortOptions: {order: fifo}\nresources: [web.yaml, ns.yaml]",
		"k/web.yaml":           deployment,
		"k/ns.yaml":            "apiVersion: v1\nkind: Namespace\nmetadata: {name: ns}\n",
	}
	d, err := render(t, files, "k", nil)
	if err != nil || d.Objects[0].GetKind() != "Deployment" {
		t.Errorf("%v, %v", d.Objects, err)
	}
}
