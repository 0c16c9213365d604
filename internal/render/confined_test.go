package render

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
	content "github.com/fairlead/fairlead/internal/source"
)

// Real links in a real folder: whatever leads out of the repository, or in a
// circle, is refused, and the file named.
func TestLinksAreConfined(t *testing.T) {
	outside := t.TempDir()
	write(t, outside, "secret.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hunter2}\nv: hunter2\n")
	write(t, outside, "kustomization.yaml", "resources: [secret.yaml]\n")
	write(t, outside, "Chart.yaml", "apiVersion: v2\nname: dep\nversion: 1.0.0\n")
	secret := filepath.Join(outside, "secret.yaml")
	chart := map[string]string{"app/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n", "app/templates/a.yaml": "# {{ .Values.v }}\n"}
	for name, c := range map[string]struct {
		files  map[string]string
		links  map[string]string
		source v1alpha1.ApplicationSource
		want   string
	}{
		"a manifest":           {nil, map[string]string{"app/a.yaml": secret}, source{}, "a.yaml"},
		"a manifest, relative": {nil, map[string]string{"app/a.yaml": "../../../../../../../../" + secret}, source{}, "a.yaml"},
		"a Jsonnet file":       {nil, map[string]string{"app/a.jsonnet": secret}, source{}, "a.jsonnet"},
		"a Jsonnet import":     {map[string]string{"app/a.jsonnet": "importstr 'x'"}, map[string]string{"app/x": secret}, source{}, "x"},
		"a Jsonnet library":    {map[string]string{"app/a.jsonnet": "importstr 'secret.yaml'"}, map[string]string{"lib": outside}, source{Directory: &v1alpha1.ApplicationSourceDirectory{Jsonnet: v1alpha1.ApplicationSourceJsonnet{Libs: []string{"lib"}}}}, "lib"},
		"the path itself":      {nil, map[string]string{"app": outside}, source{}, "app"},
		"a value file":         {chart, map[string]string{"app/v.yaml": secret}, source{Helm: valuesFrom("v.yaml")}, "v.yaml"},
		"value files by glob":  {chart, map[string]string{"app/v.yaml": secret}, source{Helm: valuesFrom("v*.yaml")}, "v.yaml"},
		"a missing value file": {chart, map[string]string{"app/v.yaml": secret}, source{Helm: &v1alpha1.ApplicationSourceHelm{ValueFiles: []string{"v.yaml"}, IgnoreMissingValueFiles: true}}, "v.yaml"},
		"a file parameter":     {chart, map[string]string{"app/v.txt": secret}, source{Helm: &v1alpha1.ApplicationSourceHelm{FileParameters: []v1alpha1.HelmFileParameter{{Name: "v", Path: "v.txt"}}}}, "v.txt"},
		"a template":           {chart, map[string]string{"app/templates/b.yaml": secret}, source{}, "b.yaml"},
		"a lock file":          {chart, map[string]string{"app/Chart.lock": secret}, source{}, "Chart.lock"},
		"a vendored chart":     {chart, map[string]string{"app/charts": outside}, source{}, "charts"},
		"a resource":           {map[string]string{"app/kustomization.yaml": "resources: [a.yaml]"}, map[string]string{"app/a.yaml": secret}, source{}, "a.yaml"},
		"a base":               {map[string]string{"app/kustomization.yaml": "resources: [../base]"}, map[string]string{"base": outside}, source{}, "base"},
		"a generator's file":   {map[string]string{"app/kustomization.yaml": "configMapGenerator: [{name: x, files: [x=a]}]"}, map[string]string{"app/a": secret}, source{}, `configMapGenerator names "a"`},
		"overrides":            {chart, map[string]string{"app/.argocd-source.yaml": secret}, source{}, ".argocd-source.yaml"},
		"a circle":             {nil, map[string]string{"app/a.yaml": "b.yaml", "app/b.yaml": "a.yaml"}, source{}, "links in a row"},
		"a circle of folders":  {chart, map[string]string{"app/templates/up": ".."}, source{}, "too deep"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for file, text := range c.files {
				write(t, root, file, text)
			}
			for link, target := range c.links {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(root, link)), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
					t.Fatal(err)
				}
			}
			c.source.Path = "app"
			_, err := Render(t.Context(), Request{Tree: content.Dir(root, ""), Source: c.source, Name: "app", Namespace: "ns"})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want an error with %q", err, c.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error repeats what it must not read: %v", err)
			}
		})
	}
}

// Links inside the repository are as good as files.
func TestLinksInsideAreFollowed(t *testing.T) {
	root := t.TempDir()
	write(t, root, "shared/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
	if err := os.Mkdir(filepath.Join(root, "app"), 0o755); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"app/a.yaml": "../shared/a.yaml", "app/folder.yaml": "../shared", "app/gone.yaml": "nowhere"} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Render(t.Context(), Request{Tree: content.Dir(root, ""), Source: source{Path: "app"}})
	if err != nil || len(got.Objects) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	file := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
