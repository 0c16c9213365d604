package render

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden renders published charts, kustomizations and manifests.
func TestGolden(t *testing.T) {
	tree := os.DirFS("testdata/corpus")
	type source = v1alpha1.ApplicationSource
	for name, s := range map[string]source{
		"guestbook":           {Path: "guestbook"},
		"kustomize-guestbook": {Path: "kustomize-guestbook"},
		"kustomize-options": {Path: "kustomize-guestbook", Kustomize: &v1alpha1.ApplicationSourceKustomize{
			NamePrefix:                "pre-",
			NameSuffix:                "-suf",
			Namespace:                 "other",
			Images:                    v1alpha1.KustomizeImages{"gcr.io/google-samples/gb-frontend=example.com/frontend:v9"},
			Replicas:                  v1alpha1.KustomizeReplicas{{Name: "guestbook-ui", Count: count(4)}},
			CommonLabels:              map[string]string{"team": "a"},
			LabelWithoutSelector:      true,
			LabelIncludeTemplates:     true,
			CommonAnnotations:         map[string]string{"app": "${ARGOCD_APP_NAME}"},
			CommonAnnotationsEnvsubst: true,
			Patches: v1alpha1.KustomizePatches{{
				Patch:  `[{"op": "replace", "path": "/spec/ports/0/port", "value": 8080}]`,
				Target: &v1alpha1.KustomizeSelector{KustomizeResId: v1alpha1.KustomizeResId{KustomizeGvk: v1alpha1.KustomizeGvk{Kind: "Service"}}},
			}},
		}},
		"jsonnet-guestbook": {Path: "jsonnet-guestbook"},
		"jsonnet-guestbook-tla": {Path: "jsonnet-guestbook-tla", Directory: &v1alpha1.ApplicationSourceDirectory{Jsonnet: v1alpha1.ApplicationSourceJsonnet{
			TLAs: []v1alpha1.JsonnetVar{{Name: "name", Value: "$ARGOCD_APP_NAME"}, {Name: "replicas", Value: "2 + 1", Code: true}},
		}}},
		"helm-guestbook": {Path: "helm-guestbook"},
		"helm-options": {Path: "helm-guestbook", Helm: &v1alpha1.ApplicationSourceHelm{
			ReleaseName:  "named",
			ValueFiles:   []string{"values-production.yaml"},
			ValuesObject: &runtime.RawExtension{Raw: []byte(`{"replicaCount": 7, "image": {"tag": "from-object"}}`)},
			Values:       "replicaCount: 99",
			Parameters: []v1alpha1.HelmParameter{
				{Name: "image.tag", Value: "$ARGOCD_APP_REVISION_SHORT"},
				{Name: "service.annotations.number", Value: "1", ForceString: true},
			},
		}},
		"helm-hooks":         {Path: "helm-hooks"},
		"sync-waves":         {Path: "sync-waves"},
		"pre-post-sync":      {Path: "pre-post-sync"},
		"blue-green":         {Path: "blue-green"},
		"apps":               {Path: "apps"},
		"sock-shop":          {Path: "sock-shop"},
		"flux2-staging":      {Path: "flux2/apps/staging"},
		"flux2-production":   {Path: "flux2/apps/production"},
		"flux2-controllers":  {Path: "flux2/infrastructure/controllers"},
		"flux2-base-recurse": {Path: "flux2/infrastructure/configs", Directory: &v1alpha1.ApplicationSourceDirectory{Exclude: "kustomization.yaml"}},
		"gpu-operator":       {Path: "gpu-operator", Helm: &v1alpha1.ApplicationSourceHelm{SkipCrds: true, Values: "driver: {enabled: false}"}},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := Render(t.Context(), Request{
				Tree: tree, Source: s, Name: "my-app", Namespace: "my-ns", KubeVersion: "v1.36.3",
				Revision: "0123456789abcdef0123456789abcdef01234567",
			})
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "golden", name+".yaml")
			got := text(t, result)
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("differs from %s (-want +got):\n%s", golden, diff)
			}
		})
	}
}

// text writes a result as a YAML stream headed by the renderer and warnings.
func text(t *testing.T, r *Result) []byte {
	t.Helper()
	var out bytes.Buffer
	out.WriteString("# " + string(r.SourceType) + "\n")
	for _, w := range r.Warnings {
		out.WriteString("# warning: " + strings.ReplaceAll(w, "\n", " ") + "\n")
	}
	for _, obj := range r.Objects {
		raw, err := yaml.Marshal(obj.Object)
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString("---\n")
		out.Write(raw)
	}
	return out.Bytes()
}

// TestGPUOperatorCRDs: the chart's own and those of its dependency come first.
func TestGPUOperatorCRDs(t *testing.T) {
	result, err := Render(t.Context(), Request{Tree: os.DirFS("testdata/corpus"), Source: v1alpha1.ApplicationSource{Path: "gpu-operator"}, Name: "gpu", Namespace: "gpu"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, obj := range result.Objects {
		if obj.GetKind() != "CustomResourceDefinition" {
			break
		}
		got = append(got, obj.GetName())
	}
	want := []string{
		"nodefeatures.nfd.k8s-sigs.io", "nodefeaturegroups.nfd.k8s-sigs.io", "nodefeaturerules.nfd.k8s-sigs.io",
		"clusterpolicies.nvidia.com", "gpuclusters.nvidia.com", "nvidiadrivers.nvidia.com",
		"computedomaincliques.resource.nvidia.com", "computedomains.resource.nvidia.com",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("first objects (-want +got):\n%s", diff)
	}
}
