package api

import (
	"os"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/testenv"
)

// The manifests that users have are applied on the server, twice and unchanged.
func TestSeedsApplyToTheHub(t *testing.T) {
	c, namespace := hub(t)
	kubeconfig := testenv.HubKubeconfig(t)
	testenv.KubectlInput(t, kubeconfig, "apiVersion: v1\nkind: Namespace\nmetadata: {name: argocd}\n", "apply", "--server-side", "-f", "-")
	const applications = "../seeds/applications.yaml"
	t.Cleanup(func() { testenv.Kubectl(t, kubeconfig, "delete", "--ignore-not-found", "-f", applications) })

	for range 2 {
		testenv.Kubectl(t, kubeconfig, "apply", "--server-side", "-f", applications)
		testenv.Kubectl(t, kubeconfig, "-n", namespace, "apply", "--server-side", "-f", "../seeds/model-serving-global.yaml")
	}

	list := &v1alpha1.ApplicationList{}
	if err := c.List(t.Context(), list, client.InNamespace("argocd")); err != nil {
		t.Fatal(err)
	}
	found := map[string]v1alpha1.Application{}
	for _, app := range list.Items {
		found[app.Name] = app
	}
	for _, name := range []string{"llama3-production", "ai-agent-prod", "data-platform-dev", "airflow-dev", "mlflow-prod"} {
		if _, ok := found[name]; !ok {
			t.Errorf("application %s is missing", name)
		}
	}
	if retry := found["llama3-production"].Spec.SyncPolicy.Retry; retry.Limit != 3 || *retry.Backoff.Factor != 2 {
		t.Errorf("retry of llama3-production is %+v", retry)
	}

	set := &v1alpha1.ApplicationSet{}
	if err := c.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "model-serving-global"}, set); err != nil {
		t.Fatal(err)
	}
	if got := set.Spec.Template.Spec.GetProject(); got != "default" {
		t.Errorf("a set that names no project has %q", got)
	}
}

// What a source holds goes to a cluster, which has definitions of its own.
func TestSeedsApplyToACluster(t *testing.T) {
	kubeconfig := testenv.ClusterKubeconfig(t, 1)
	namespace := testenv.Namespace(t, testenv.Cluster(t, 1))
	testenv.Kubectl(t, kubeconfig, "apply", "--server-side", "-f", "../seeds/crds")
	eventually(t, func() error {
		_, err := testenv.TryKubectl(t, kubeconfig, "", "-n", namespace, "apply", "--server-side", "-f", "../seeds/workload.yaml")
		return err
	})
	out := testenv.Kubectl(t, kubeconfig, "-n", namespace, "get", "configmap,externalsecret,rollout,analysistemplate", "-o", "name")
	for _, name := range []string{
		"configmap/model-config", "externalsecret.external-secrets.io/model-registry-creds",
		"rollout.argoproj.io/model-serving", "analysistemplate.argoproj.io/model-quality-check",
	} {
		if !strings.Contains(out, name+"\n") {
			t.Errorf("%s is missing from:\n%s", name, out)
		}
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
