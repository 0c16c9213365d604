package kustomize

//lint:file-ignore SA1019 users still write the deprecated fields, so they are read and written

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/render/manifest"
)

const deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: c, image: nginx:1}]}}}\n"

func tree(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, content := range files {
		out[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return out
}

func render(t *testing.T, files map[string]string, folder string, o *v1alpha1.ApplicationSourceKustomize) (*manifest.Decoder, error) {
	t.Helper()
	d := &manifest.Decoder{Limits: manifest.Limits{DocumentBytes: 1 << 20, Bytes: 10 << 20, Objects: 100}}
	return d, Render(t.Context(), tree(files), folder, o, func(s string) string { return strings.ReplaceAll(s, "$APP", "app") }, d)
}

// What leaves the tree is refused before the library runs.
func TestRefused(t *testing.T) {
	builtin := "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: x}\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"remote base":               {map[string]string{"k/kustomization.yaml": "resources: ['github.com/org/repo//base?ref=v1']"}, "remote files and bases are refused"},
		"remote base in capitals":   {map[string]string{"k/kustomization.yaml": "Resources: [GitHub.com/org/repo]"}, "remote files and bases are refused"},
		"remote base over ssh":      {map[string]string{"k/kustomization.yaml": "bases: ['git@example.com:org/repo']"}, "remote files and bases are refused"},
		"remote base with a token":  {map[string]string{"k/kustomization.yaml": "resources: ['https://user:hunter2@example.com/org/repo?ref=x']"}, "https://example.com/org/repo"},
		"remote file":               {map[string]string{"k/kustomization.yaml": "resources: ['https://example.com/x.yaml']"}, "remote files and bases are refused"},
		"remote component":          {map[string]string{"k/kustomization.yaml": "components: ['git::https://example.com/x']"}, "remote files and bases are refused"},
		"remote patch":              {map[string]string{"k/kustomization.yaml": "patches: [{path: 'https://example.com/x.yaml'}]"}, "remote files and bases are refused"},
		"remote crd":                {map[string]string{"k/kustomization.yaml": "crds: ['http://example.com/x.yaml']"}, "remote files and bases are refused"},
		"remote configuration":      {map[string]string{"k/kustomization.yaml": "configurations: ['http://example.com/x.yaml']"}, "remote files and bases are refused"},
		"remote schema":             {map[string]string{"k/kustomization.yaml": "openapi: {path: 'http://example.com/x.yaml'}"}, "remote files and bases are refused"},
		"remote replacement":        {map[string]string{"k/kustomization.yaml": "replacements: [{path: 'http://example.com/x.yaml'}]"}, "remote files and bases are refused"},
		"remote config map":         {map[string]string{"k/kustomization.yaml": "configMapGenerator: [{name: x, files: ['a=https://example.com/x']}]"}, "remote files and bases are refused"},
		"remote env":                {map[string]string{"k/kustomization.yaml": "secretGenerator: [{name: x, envs: ['https://example.com/x']}]"}, "remote files and bases are refused"},
		"remote in a reached base":  {map[string]string{"k/kustomization.yaml": "resources: [../b]", "b/kustomization.yaml": "resources: ['https://example.com/x']"}, "b/kustomization.yaml"},
		"a folder that looks so":    {map[string]string{"k/kustomization.yaml": "resources: [github.com/a/b]", "k/github.com/a/b/kustomization.yaml": "namePrefix: x"}, "write ./github.com"},
		"inline plugin":             {map[string]string{"k/kustomization.yaml": "transformers:\n- |-\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: x}\n  Path: https://example.com/x\n"}, "remote files are refused"},
		"inline plugin on one line": {map[string]string{"k/kustomization.yaml": "transformers: ['{apiVersion: builtin, kind: PatchTransformer, metadata: {name: x}, path: \"https://example.com/x\"}']"}, "remote files are refused"},
		"plugin file":               {map[string]string{"k/kustomization.yaml": "transformers: [t.yaml]", "k/t.yaml": builtin + "path: https://example.com/x\n"}, "remote files are refused"},
		"plugin folder":             {map[string]string{"k/kustomization.yaml": "transformers: [./t]", "k/t/kustomization.yaml": "resources: [t.yaml]", "k/t/t.yaml": builtin + "path: https://example.com/x\n"}, "remote files are refused"},
		"plugin folder that patches": {map[string]string{"k/kustomization.yaml": "transformers: [./t]", "k/t/kustomization.yaml": "resources: [t.yaml]\npatches: [{patch: '[]'}]", "k/t/t.yaml": builtin},
			"resources and nothing else"},
		"program":               {map[string]string{"k/kustomization.yaml": "generators: [g.yaml]", "k/g.yaml": "apiVersion: someteam.example.com/v1\nkind: ChartInflator\nmetadata: {name: x}\n"}, "only built-in"},
		"container":             {map[string]string{"k/kustomization.yaml": "transformers: [g.yaml]", "k/g.yaml": "apiVersion: v1\nkind: X\nmetadata:\n  name: x\n  annotations: {config.kubernetes.io/function: 'container: {image: evil}'}\n"}, "only built-in"},
		"chart":                 {map[string]string{"k/kustomization.yaml": "helmCharts: [{name: x, repo: 'https://example.com'}]"}, "helmCharts"},
		"chart by a plugin":     {map[string]string{"k/kustomization.yaml": "generators: [g.yaml]", "k/g.yaml": "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: x}\n"}, "helmCharts"},
		"out of the repository": {map[string]string{"k/kustomization.yaml": "resources: [../../base]"}, "path escapes repository"},
		"absolute":              {map[string]string{"k/kustomization.yaml": "resources: [/etc]"}, "path escapes repository"},
		"file outside the root": {map[string]string{"k/kustomization.yaml": "resources: [../web.yaml]", "web.yaml": deployment}, "is not in or below"},
		"missing":               {map[string]string{"k/kustomization.yaml": "resources: [nope.yaml]"}, `resources names "nope.yaml", which is not in the repository`},
		"unknown field":         {map[string]string{"k/kustomization.yaml": "resource: [a]"}, "k/kustomization.yaml"},
		"cycle":                 {map[string]string{"k/kustomization.yaml": "resources: [../l]", "l/kustomization.yaml": "resources: [../k]"}, "cycle"},
		"file that is no YAML":  {map[string]string{"k/kustomization.yaml": "resources: [a.yaml]", "k/a.yaml": "a: [\n"}, "k/a.yaml: line"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := render(t, c.files, "k", nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error repeats a credential: %v", err)
			}
		})
	}
}

func TestBuild(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"base elsewhere in the repository": {
			"apps/web/overlay/kustomization.yaml": "resources: [../../../bases/web]\nnamePrefix: k-",
			"bases/web/Kustomization":             "resources: [web.yaml]", "bases/web/web.yaml": deployment,
		},
		"built-in transformer": {
			"apps/web/overlay/kustomization.yaml": "resources: [web.yaml]\ntransformers: [t.yaml]",
			"apps/web/overlay/web.yaml":           deployment,
			"apps/web/overlay/t.yaml":             "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: x}\nprefix: k-\nfieldSpecs: [{path: metadata/name}]\n",
		},
		"inline patch": {
			"apps/web/overlay/kustomization.yaml": "resources: [web.yaml]\nnamePrefix: k-\npatchesStrategicMerge:\n- |-\n  {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, labels: {see: 'https://example.com'}}}\n",
			"apps/web/overlay/web.yaml":           deployment,
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := render(t, files, "apps/web/overlay", nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Objects) != 1 || d.Objects[0].GetName() != "k-web" {
				t.Errorf("got %v", d.Objects)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	base := "resources: [web.yaml]\nnamePrefix: old-\nimages: [{name: nginx, newTag: kept}, {name: other, newTag: x}]\ncommonLabels: {a: b}\ncommonAnnotations: {c: d}\nreplicas: [{name: web, count: 1}]\n"
	files := map[string]string{
		"k/kustomization.yaml":    base,
		"k/web.yaml":              deployment,
		"comp/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {component: 'yes'}\n",
	}
	for name, c := range map[string]struct {
		options v1alpha1.ApplicationSourceKustomize
		want    string // of the error
		check   func(k types.Kustomization) (got, want any)
	}{
		"prefix replaces": {options: v1alpha1.ApplicationSourceKustomize{NamePrefix: "new-"},
			check: func(k types.Kustomization) (any, any) { return k.NamePrefix, "new-" }},
		"images": {options: v1alpha1.ApplicationSourceKustomize{Images: v1alpha1.KustomizeImages{"nginx=example.com:5000/nginx:*", "a@sha256:1", "b:2@sha256:3"}},
			check: func(k types.Kustomization) (any, any) {
				return k.Images, []types.Image{
					{Name: "a", Digest: "sha256:1"}, {Name: "b", NewTag: "2", Digest: "sha256:3"},
					{Name: "nginx", NewName: "example.com:5000/nginx", NewTag: "kept"}, {Name: "other", NewTag: "x"},
				}
			}},
		"image without anything new": {options: v1alpha1.ApplicationSourceKustomize{Images: v1alpha1.KustomizeImages{"nginx"}}, want: "kustomize.images"},
		"replicas as text": {options: v1alpha1.ApplicationSourceKustomize{Replicas: v1alpha1.KustomizeReplicas{{Name: "web", Count: intstr.FromString("3")}}},
			check: func(k types.Kustomization) (any, any) { return k.Replicas, []types.Replica{{Name: "web", Count: 3}} }},
		"replicas that are none": {options: v1alpha1.ApplicationSourceKustomize{Replicas: v1alpha1.KustomizeReplicas{{Name: "web", Count: intstr.FromString("x")}}}, want: "kustomize.replicas"},
		"label there already":    {options: v1alpha1.ApplicationSourceKustomize{CommonLabels: map[string]string{"a": "x"}}, want: "forceCommonLabels"},
		"label forced": {options: v1alpha1.ApplicationSourceKustomize{CommonLabels: map[string]string{"a": "x"}, ForceCommonLabels: true},
			check: func(k types.Kustomization) (any, any) { return k.CommonLabels, map[string]string{"a": "x"} }},
		"annotation there already": {options: v1alpha1.ApplicationSourceKustomize{CommonAnnotations: map[string]string{"c": "x"}}, want: "forceCommonAnnotations"},
		"annotation substituted": {options: v1alpha1.ApplicationSourceKustomize{CommonAnnotations: map[string]string{"e": "$APP"}, CommonAnnotationsEnvsubst: true},
			check: func(k types.Kustomization) (any, any) { return k.CommonAnnotations["e"], "app" }},
		"templates without selector": {options: v1alpha1.ApplicationSourceKustomize{LabelIncludeTemplates: true}, want: "labelWithoutSelector"},
		"component": {options: v1alpha1.ApplicationSourceKustomize{Components: []string{"../comp", "../nope"}, IgnoreMissingComponents: true},
			check: func(k types.Kustomization) (any, any) { return k.Components, []string{"../comp"} }},
		"component missing": {options: v1alpha1.ApplicationSourceKustomize{Components: []string{"../nope"}}, want: "not in the repository"},
		"component remote":  {options: v1alpha1.ApplicationSourceKustomize{Components: []string{"github.com/a/b"}}, want: "remote files and bases are refused"},
		"patch remote":      {options: v1alpha1.ApplicationSourceKustomize{Patches: v1alpha1.KustomizePatches{{Path: "https://example.com/x"}}}, want: "remote files and bases are refused"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := render(t, files, "k", &c.options)
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want an error with %q", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			text, err := edit(treeSystem{tree: tree(files)}, "k/kustomization.yaml", &c.options, func(s string) string { return strings.ReplaceAll(s, "$APP", "app") })
			if err != nil {
				t.Fatal(err)
			}
			var k types.Kustomization
			if err := k.Unmarshal(text); err != nil {
				t.Fatal(err)
			}
			got, want := c.check(k)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
