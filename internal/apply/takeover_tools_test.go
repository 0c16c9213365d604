package apply

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/internal/testenv"
)

var helmBinary = flag.String("helm", "", "a helm 4.3.1 to install with, whose objects are recorded in testdata/takeover")

// byTool is what a tool brings: more than Git has, in every kind of list.
const byTool = `apiVersion: v1
kind: ConfigMap
metadata: {name: web, labels: {old: "1"}, annotations: {tool.example.com/old: "1"}}
data: {key: "1", old: "x"}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web, old: "1"}, ports: [{name: a, port: 80}, {name: old, port: 81}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0
  minReadySeconds: 5
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, old: "1"}}
    spec:
      containers:
      - {name: main, image: example.com/app:1, args: [old], env: [{name: A, value: "1"}, {name: OLD, value: "1"}], ports: [{containerPort: 80}, {containerPort: 81}]}
      - {name: old, image: example.com/old:1}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: leaves}
data: {key: "1"}
`

// inGit is what Git has of it, first and later; "old" must not be left.
func inGit(later bool) string {
	env, port, more, leaves := `, {name: LATER, value: "1"}`, `, {name: later, port: 82}`, `, later: "x"`, configMap("leaves", "1")
	if later {
		env, port, more, leaves = "", "", "", ""
	}
	return docs(`apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {key: "1"`+more+`}
`, `apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: a, port: 80}`+port+`]}
`, `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: main, image: example.com/app:1, env: [{name: A, value: "1"}`+env+`], ports: [{containerPort: 80}]}
`, leaves)
}

// Objects made by the tools themselves: what Git does not have leaves with the
// first sync, what leaves Git later leaves with the sync of that, whole objects
// too, and the objects stay the same ones.
func TestTakeOverFromTheTools(t *testing.T) {
	kubectl := func(verb string, flags ...string) func(*site) {
		return func(s *site) {
			args := append([]string{verb, "-n", s.namespace, "-f", "-"}, flags...)
			testenv.KubectlInput(s.t, testenv.ClusterKubeconfig(s.t, 1), byTool, args...)
		}
	}
	then := func(steps ...func(*site)) func(*site) {
		return func(s *site) {
			for _, step := range steps {
				step(s)
			}
		}
	}
	// Argo CD applies by kubectl's own code as this manager, client-side as
	// well as server-side; what it replaces or creates carries its user agent.
	const argo, argoAgent = "--field-manager=argocd-controller", "--field-manager=argocd-application-controller"
	for name, bring := range map[string]func(*site){
		"kubectl apply":                    kubectl("apply"),
		"kubectl apply --server-side":      kubectl("apply", "--server-side"),
		"kubectl create":                   kubectl("create"),
		"kubectl create and apply":         then(kubectl("create", "--save-config"), kubectl("apply")),
		"kubectl create and replace":       then(kubectl("create"), kubectl("replace")),
		"kubectl apply, then server-side":  then(kubectl("apply"), kubectl("apply", "--server-side", "--force-conflicts")),
		"argo cd":                          kubectl("apply", argo),
		"argo cd server-side":              kubectl("apply", "--server-side", "--force-conflicts", argo),
		"argo cd, then server-side":        then(kubectl("apply", argo), kubectl("apply", "--server-side", "--force-conflicts", argo)),
		"argo cd with Replace":             then(kubectl("create", argoAgent), kubectl("replace", argoAgent)),
		"kubectl apply, taken by argo cd":  then(kubectl("apply"), kubectl("apply", argo)),
		"helm install":                     helm("server-side"),
		"helm install --server-side=false": helm("client-side"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			bring(s)
			uid := s.live("apps/v1", "Deployment", "web").GetUID()
			s.sync(inGit(false))
			s.wantNothing("old", "OLD", "81", "minReadySeconds\":5", "last-applied-configuration")
			s.sync(inGit(true))
			s.wantNothing("old", "OLD", "later", "LATER", "82")
			if s.live("v1", "ConfigMap", "leaves") != nil {
				t.Error("the object that left Git is still there")
			}
			if s.live("apps/v1", "Deployment", "web").GetUID() != uid {
				t.Error("the Deployment was made anew")
			}
		})
	}
}

// wantNothing of these texts in what is live, who manages what included.
func (s *site) wantNothing(texts ...string) {
	s.t.Helper()
	for _, ref := range [][2]string{{"v1", "ConfigMap"}, {"v1", "Service"}, {"apps/v1", "Deployment"}} {
		obj := s.live(ref[0], ref[1], "web")
		unstructured.RemoveNestedField(obj.Object, "status")
		for _, path := range [][]string{{"resourceVersion"}, {"uid"}, {"creationTimestamp"}, {"namespace"}, {"managedFields"}} {
			unstructured.RemoveNestedField(obj.Object, append([]string{"metadata"}, path...)...)
		}
		labels, annotations := obj.GetLabels(), obj.GetAnnotations()
		delete(labels, LabelApplication)
		delete(annotations, AnnotationApplication)
		obj.SetLabels(labels)
		obj.SetAnnotations(annotations)
		unstructured.RemoveNestedField(obj.Object, "spec", "clusterIP")
		unstructured.RemoveNestedField(obj.Object, "spec", "clusterIPs")
		raw, err := json.Marshal(obj.Object)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, text := range texts {
			if strings.Contains(string(raw), text) {
				s.t.Errorf("%s still has %q:\n%s", ref[1], text, raw)
			}
		}
	}
}

// helm makes the objects as helm 4.3.1 does, with all that it writes into
// them: from testdata/takeover, or by a helm that is given.
func helm(record string) func(*site) {
	return func(s *site) {
		file := filepath.Join("testdata", "takeover", "helm-"+record+".yaml")
		if *helmBinary == "" {
			s.restore(file)
			return
		}
		chart := s.t.TempDir()
		writeFile(s.t, filepath.Join(chart, "Chart.yaml"), "apiVersion: v2\nname: web\nversion: 1.0.0\n")
		writeFile(s.t, filepath.Join(chart, "templates", "all.yaml"), byTool)
		args := []string{"install", "web", chart, "-n", s.namespace, "--kubeconfig", testenv.ClusterKubeconfig(s.t, 1),
			fmt.Sprintf("--server-side=%v", record == "server-side")}
		if out, err := exec.CommandContext(s.ctx, *helmBinary, args...).CombinedOutput(); err != nil {
			s.t.Fatalf("helm install: %v\n%s", err, out)
		}
		s.record(file)
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// made are the objects of byTool as they are live.
func (s *site) made() []*unstructured.Unstructured {
	return []*unstructured.Unstructured{s.live("v1", "ConfigMap", "web"), s.live("v1", "Service", "web"),
		s.live("apps/v1", "Deployment", "web"), s.live("v1", "ConfigMap", "leaves")}
}

// record what is live, with who manages what.
func (s *site) record(file string) {
	s.t.Helper()
	var out []string
	for _, obj := range s.made() {
		fields := obj.GetManagedFields()
		for _, path := range append(serverFields, []string{"metadata", "namespace"}, []string{"spec", "clusterIP"}, []string{"spec", "clusterIPs"}) {
			unstructured.RemoveNestedField(obj.Object, path...)
		}
		obj.SetManagedFields(fields)
		raw, err := yaml.Marshal(obj.Object)
		if err != nil {
			s.t.Fatal(err)
		}
		out = append(out, strings.ReplaceAll(string(raw), s.namespace, "NAMESPACE"))
	}
	writeFile(s.t, file, strings.Join(out, "---\n"))
}

// restore what was recorded.
func (s *site) restore(file string) {
	s.t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, obj := range objects(s.t, strings.ReplaceAll(string(raw), "NAMESPACE", s.namespace)) {
		fields := obj.GetManagedFields()
		obj.SetManagedFields(nil)
		kind, err := s.engine.kinds.Lookup(s.ctx, obj.GroupVersionKind())
		if err != nil {
			s.t.Fatal(err)
		}
		at := s.engine.at(kind, Ref{Namespace: s.namespace})
		if _, err := at.Create(s.ctx, obj, metav1.CreateOptions{FieldManager: "x"}); err != nil {
			s.t.Fatal(err)
		}
		patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"managedFields": fields}})
		if err != nil {
			s.t.Fatal(err)
		}
		if _, err := at.Patch(s.ctx, obj.GetName(), types.MergePatchType, patch, metav1.PatchOptions{FieldManager: "x"}); err != nil {
			s.t.Fatal(err)
		}
	}
}
