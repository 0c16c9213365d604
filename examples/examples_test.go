package examples_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/examples"
	"github.com/fairlead/fairlead/internal/render"
)

func renderPath(t *testing.T, path string, helm *v1alpha1.ApplicationSourceHelm) map[string]*unstructured.Unstructured {
	t.Helper()
	result, err := render.Render(t.Context(), render.Request{
		Tree:        examples.AIDeployments(),
		Source:      v1alpha1.ApplicationSource{RepoURL: examples.RepoURL, Path: path, Helm: helm},
		Name:        "example",
		Namespace:   "example",
		KubeVersion: "1.36.3",
	})
	if err != nil {
		t.Fatalf("render %s: %v", path, err)
	}
	objects := map[string]*unstructured.Unstructured{}
	for _, o := range result.Objects {
		objects[o.GetKind()+"/"+o.GetName()] = o
	}
	return objects
}

func TestOverlaysDifferAsTheReadmeSays(t *testing.T) {
	for _, c := range []struct {
		overlay, version string
		replicas         int64
		gpu              bool
	}{
		{"production", "3.1-70b-instruct", 4, false},
		{"staging", "3.2-70b-instruct", 1, false},
		{"edge", "3.1-8b-instruct", 2, true},
	} {
		t.Run(c.overlay, func(t *testing.T) {
			objects := renderPath(t, "overlays/"+c.overlay, nil)
			config, deployment := objects["ConfigMap/model-config"], objects["Deployment/model-serving"]
			if config == nil || deployment == nil || objects["Service/model-serving"] == nil || len(objects) != 3 {
				t.Fatalf("unexpected objects: %v", objects)
			}
			if got, _, _ := unstructured.NestedString(config.Object, "data", "MODEL_VERSION"); got != c.version {
				t.Errorf("model %s, want %s", got, c.version)
			}
			if got, _, _ := unstructured.NestedInt64(deployment.Object, "spec", "replicas"); got != c.replicas {
				t.Errorf("%d replicas, want %d", got, c.replicas)
			}
			containers, _, _ := unstructured.NestedSlice(deployment.Object, "spec", "template", "spec", "containers")
			_, gpu, _ := unstructured.NestedString(containers[0].(map[string]any), "resources", "limits", "nvidia.com/gpu")
			if gpu != c.gpu {
				t.Errorf("asks for a GPU: %v, want %v", gpu, c.gpu)
			}
		})
	}
}

func TestChartRendersWithAndWithoutProductionValues(t *testing.T) {
	for name, c := range map[string]struct {
		helm     *v1alpha1.ApplicationSourceHelm
		replicas int64
	}{
		"plain":      {nil, 1},
		"production": {&v1alpha1.ApplicationSourceHelm{ValueFiles: []string{"values-prod.yaml"}}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			deployment := renderPath(t, "charts/ai-agent", c.helm)["Deployment/example"]
			if deployment == nil {
				t.Fatal("no Deployment named after the release")
			}
			if got, _, _ := unstructured.NestedInt64(deployment.Object, "spec", "replicas"); got != c.replicas {
				t.Errorf("%d replicas, want %d", got, c.replicas)
			}
		})
	}
}

func TestAppsHoldsWhatTheRootBringsUp(t *testing.T) {
	objects := renderPath(t, "apps", nil)
	var got []string
	for _, name := range []string{"Application/ai-agent-prod", "ApplicationSet/ai-agent-edge"} {
		if objects[name] != nil {
			got = append(got, name)
		}
	}
	if diff := cmp.Diff([]string{"Application/ai-agent-prod", "ApplicationSet/ai-agent-edge"}, got); diff != "" || len(objects) != 2 {
		t.Errorf("apps/ has %d objects (-want +got):\n%s", len(objects), diff)
	}
}

// Who serves the examples replaces the placeholder in every manifest.
func TestManifestsUseThePlaceholder(t *testing.T) {
	err := fs.WalkDir(examples.AIDeployments(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(examples.AIDeployments(), path)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(raw)) {
			if strings.Contains(line, "repoURL:") && strings.TrimSpace(line) != "repoURL: "+examples.RepoURL {
				t.Errorf("%s: %s", path, line)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
