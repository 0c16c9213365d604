package render

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/render/manifest"
)

var (
	helmBinary      = flag.String("helm", "", "a helm 4.3.1 to compare with, and with -update to record")
	kustomizeBinary = flag.String("kustomize", "", "a kustomize 5.8.2 to compare with, and with -update to record")
)

// reference is a source and how the tool it stands for is asked for the same.
type reference struct {
	source v1alpha1.ApplicationSource
	// helm are arguments of `helm template` behind name, chart, namespace and
	// version.
	helm []string
	// edits are arguments of `kustomize edit`, run in the folder before
	// `kustomize build`.
	edits [][]string
}

func references() map[string]reference {
	type source = v1alpha1.ApplicationSource
	type helm = v1alpha1.ApplicationSourceHelm
	type kustomize = v1alpha1.ApplicationSourceKustomize
	return map[string]reference{
		"helm-guestbook": {source: source{Path: "helm-guestbook"}},
		"helm-guestbook-values": {
			source: source{Path: "helm-guestbook", Helm: &helm{
				ValueFiles:   []string{"values-production.yaml"},
				ValuesObject: &runtime.RawExtension{Raw: []byte(`{"replicaCount": 7, "podAnnotations": {"a": "b"}, "resources": null}`)},
				Parameters: []v1alpha1.HelmParameter{
					{Name: "image.tag", Value: "1.0", ForceString: true}, {Name: "image.tag", Value: "2"},
					{Name: "tolerations[0].key", Value: "gpu,spot"}, {Name: "ingress.enabled", Value: "false"},
					{Name: "service.type", Value: "NodePort"}, {Name: "service.port", Value: "81"},
				},
			}},
			helm: []string{"-f", "helm-guestbook/values-production.yaml", "--set-json", `resources=null`, "--set-json", `podAnnotations={"a":"b"}`, "--set", "replicaCount=7",
				"--set", "image.tag=2", "--set", `tolerations[0].key=gpu\,spot`, "--set", "ingress.enabled=false", "--set", "service.type=NodePort", "--set", "service.port=81", "--set-string", "image.tag=1.0"},
		},
		"blue-green": {source: source{Path: "blue-green"}},
		"apps":       {source: source{Path: "apps"}},
		"gpu-operator": {source: source{Path: "gpu-operator", Helm: &helm{Values: "driver: {enabled: false}\n", SkipTests: true}},
			helm: []string{"--set", "driver.enabled=false", "--skip-tests", "--include-crds"}},
		"gpu-operator-plain": {source: source{Path: "gpu-operator", Helm: &helm{SkipCrds: true, Parameters: []v1alpha1.HelmParameter{{Name: "nfd.enabled", Value: "false"}}}},
			helm: []string{"--set", "nfd.enabled=false"}},
		"kuberay-operator": {source: source{Path: "kuberay-operator"}},
		"kuberay-operator-options": {
			source: source{Path: "kuberay-operator", Helm: &helm{
				ReleaseName: "ray", Namespace: "rays", KubeVersion: "v1.31.2", APIVersions: []string{"monitoring.coreos.com/v1/ServiceMonitor"},
				ValueFiles: []string{"ci/*.yaml"},
				Values:     "singleNamespaceInstall: true\nwatchNamespace: [a, b]\nmetrics: {serviceMonitor: {enabled: true}}\nbatchScheduler: {enabled: true}\n",
			}},
			helm: []string{"-f", "kuberay-operator/ci/ci-values.yaml", "--set", "singleNamespaceInstall=true", "--set", "watchNamespace={a,b}", "--set", "metrics.serviceMonitor.enabled=true",
				"--set", "batchScheduler.enabled=true", "--api-versions", "monitoring.coreos.com/v1/ServiceMonitor"},
		},
		"kustomize-guestbook": {source: source{Path: "kustomize-guestbook"}},
		"flux2-staging":       {source: source{Path: "flux2/apps/staging"}},
		"flux2-production":    {source: source{Path: "flux2/apps/production"}},
		"flux2-controllers":   {source: source{Path: "flux2/infrastructure/controllers"}},
		"flux2-configs":       {source: source{Path: "flux2/infrastructure/configs"}},
		"kustomize-options": {
			source: source{Path: "kustomize-guestbook", Kustomize: &kustomize{
				NamePrefix: "pre-", NameSuffix: "-suf", Namespace: "other",
				Images:            v1alpha1.KustomizeImages{"gcr.io/google-samples/gb-frontend=example.com/frontend:v9"},
				Replicas:          v1alpha1.KustomizeReplicas{{Name: "guestbook-ui", Count: count(4)}},
				CommonLabels:      map[string]string{"team": "a"},
				CommonAnnotations: map[string]string{"owner": "b"},
				Patches: v1alpha1.KustomizePatches{{
					Patch:  "- {op: replace, path: /spec/ports/0/port, value: 8080}",
					Target: &v1alpha1.KustomizeSelector{KustomizeResId: v1alpha1.KustomizeResId{KustomizeGvk: v1alpha1.KustomizeGvk{Kind: "Service"}}},
				}},
			}},
			edits: [][]string{
				{"set", "nameprefix", "--", "pre-"}, {"set", "namesuffix", "--", "-suf"}, {"set", "namespace", "--", "other"},
				{"set", "image", "gcr.io/google-samples/gb-frontend=example.com/frontend:v9"}, {"set", "replicas", "guestbook-ui=4"},
				{"add", "label", "team:a"}, {"add", "annotation", "owner:b"},
				{"add", "patch", "--kind", "Service", "--patch", "- {op: replace, path: /spec/ports/0/port, value: 8080}"},
			},
		},
		"kustomize-labels": {
			source: source{Path: "flux2/apps/staging", Kustomize: &kustomize{
				CommonLabels: map[string]string{"team": "a"}, LabelWithoutSelector: true, LabelIncludeTemplates: true,
				Components: []string{"../nope"}, IgnoreMissingComponents: true,
			}},
			edits: [][]string{{"add", "label", "--without-selector", "--include-templates", "team:a"}},
		},
	}
}

// TestEqualToTheTools: what Helm and Kustomize print, object for object. The
// digests of their objects are recorded; with -helm and -kustomize the tools
// themselves are asked.
func TestEqualToTheTools(t *testing.T) {
	for name, r := range references() {
		t.Run(name, func(t *testing.T) {
			result, err := Render(t.Context(), Request{
				Tree: os.DirFS("testdata/corpus"), Source: r.source, Name: "my-app", Namespace: "my-ns", KubeVersion: "v1.36.3",
			})
			if err != nil {
				t.Fatal(err)
			}
			got := digests(t, result.Objects)
			file := filepath.Join("testdata", "reference", name+".txt")
			if objects := r.ask(t, result.SourceType); objects != nil {
				if diff := cmp.Diff(byName(objects), byName(result.Objects)); diff != "" {
					t.Errorf("differs from the tool (-want +got):\n%s", diff)
				}
				if *update {
					if err := os.WriteFile(file, []byte(strings.Join(digests(t, objects), "\n")+"\n"), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Fields(string(want)), strings.Fields(strings.Join(got, "\n"))); diff != "" {
				t.Errorf("differs from %s (-want +got):\n%s", file, diff)
			}
		})
	}
}

// ask runs the tool; nil where there is none.
func (r reference) ask(t *testing.T, kind v1alpha1.ApplicationSourceType) []*unstructured.Unstructured {
	t.Helper()
	var out []byte
	switch {
	case kind == v1alpha1.ApplicationSourceTypeHelm && *helmBinary != "":
		name, namespace, version := "my-app", "my-ns", "v1.36.3"
		if h := r.source.Helm; h != nil {
			name, namespace, version = first(h.ReleaseName, name), first(h.Namespace, namespace), first(h.KubeVersion, version)
		}
		args := append([]string{"template", name, r.source.Path, "--namespace", namespace, "--kube-version", version}, r.helm...)
		out = run(t, "testdata/corpus", *helmBinary, args...)
	case kind == v1alpha1.ApplicationSourceTypeKustomize && *kustomizeBinary != "":
		root := t.TempDir()
		if err := os.CopyFS(root, os.DirFS("testdata/corpus")); err != nil {
			t.Fatal(err)
		}
		folder := filepath.Join(root, r.source.Path)
		for _, edit := range r.edits {
			run(t, folder, *kustomizeBinary, append([]string{"edit"}, edit...)...)
		}
		out = run(t, folder, *kustomizeBinary, "build", ".")
	default:
		return nil
	}
	d := manifest.Decoder{Limits: DefaultLimits().manifest(), AllowDuplicateKeys: true}
	if err := d.Add("output", out); err != nil {
		t.Fatal(err)
	}
	return d.Objects
}

func run(t *testing.T, dir, binary string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=/usr/bin:/bin"}
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", binary, strings.Join(args, " "), err, errs.String())
	}
	return out
}

func byName(objects []*unstructured.Unstructured) map[string]any {
	out := map[string]any{}
	for _, o := range objects {
		out[nameOf(o)] = o.Object
	}
	return out
}

func nameOf(o *unstructured.Unstructured) string {
	return fmt.Sprintf("%s/%s/%s/%s", o.GetAPIVersion(), o.GetKind(), o.GetNamespace(), o.GetName())
}

// digests are the names of objects with a hash of their content, sorted.
func digests(t *testing.T, objects []*unstructured.Unstructured) []string {
	t.Helper()
	var out []string
	for _, o := range objects {
		raw, err := json.Marshal(o.Object)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s %x", nameOf(o), sha256.Sum256(raw)))
	}
	slices.Sort(out)
	return out
}
