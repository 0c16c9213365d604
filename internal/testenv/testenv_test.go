package testenv_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/fairlead/fairlead/internal/localkube"
	"github.com/fairlead/fairlead/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: registry.example.com/web:1
        resources: {limits: {nvidia.com/gpu: "1"}}
`

// A pod with a GPU request needs everything that a full cluster has:
// controllers, scheduler, a node with that capacity, and kwok.
func TestPodsRunOnTheGPUCluster(t *testing.T) {
	ns := testenv.Namespace(t, testenv.Cluster(t, 1))
	kubeconfig := testenv.ClusterKubeconfig(t, 1)
	testenv.KubectlInput(t, kubeconfig, deployment, "apply", "-n", ns, "-f", "-")
	testenv.Kubectl(t, kubeconfig, "rollout", "status", "-n", ns, "deployment/web", "--timeout=60s")
}

func TestHubServesNamespacesAndServiceAccounts(t *testing.T) {
	ns := testenv.Namespace(t, testenv.Hub(t))
	token := testenv.Kubectl(t, testenv.HubKubeconfig(t), "create", "token", "default", "-n", ns)
	if strings.Count(token, ".") != 2 {
		t.Errorf("no service account token: %q", token)
	}
	_, err := testenv.TryKubectl(t, testenv.HubKubeconfig(t), "", "get", "nothing")
	if err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("want an error that names the resource, got %v", err)
	}
}

const widgets = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`

// A cluster of one's own shares nothing with the others but the etcd process.
func TestStartGivesASeparateCluster(t *testing.T) {
	own := testenv.Start(t, localkube.Options{Mode: localkube.ControlPlane, Logger: logr.Discard()})
	file := filepath.Join(t.TempDir(), "crd.yaml")
	if err := os.WriteFile(file, []byte(widgets), 0o600); err != nil {
		t.Fatal(err)
	}
	testenv.InstallCRDs(t, own.Kubeconfig(), file)
	if out := testenv.Kubectl(t, own.Kubeconfig(), "get", "widgets", "-A"); out != "" {
		t.Errorf("widgets: %q", out)
	}
	if out, err := testenv.TryKubectl(t, testenv.HubKubeconfig(t), "", "get", "crd", "widgets.example.com"); err == nil {
		t.Errorf("the hub has it too: %s", out)
	}
	ns := testenv.Namespace(t, own.Config())
	events, err := localkube.ReadAudit(own.AuditLog(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(events, func(e localkube.AuditEvent) bool {
		return e.Verb == "create" && e.ObjectRef.Resource == "namespaces" && e.ObjectRef.Name == ns
	}) {
		t.Errorf("the audit log does not tell of namespace %s", ns)
	}
}
