package testenv

import (
	"fmt"
	"os"
	"testing"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/fairlead/fairlead/internal/localkube"
)

// Clusters is how many full clusters there are: 1 to Clusters. Each has one
// ready node; that of cluster 1 has 8 GPUs (nvidia.com/gpu).
const Clusters = 3

// Environment by which test/suite hands over what it started. ClusterEnv and
// ClusterAuditEnv take the number of the cluster.
const (
	HubEnv      = "FAIRLEAD_TEST_KUBECONFIG_HUB"
	HubAuditEnv = "FAIRLEAD_TEST_AUDIT_HUB"
)

// ClusterEnv names the variable with the kubeconfig path of cluster n.
func ClusterEnv(n int) string { return fmt.Sprintf("FAIRLEAD_TEST_KUBECONFIG_CLUSTER_%d", n) }

// ClusterAuditEnv names the variable with the audit log path of cluster n.
func ClusterAuditEnv(n int) string { return fmt.Sprintf("FAIRLEAD_TEST_AUDIT_CLUSTER_%d", n) }

// Hub is the administrator's configuration for the shared hub API server: an
// API server with the controllers of localkube.ControlPlane, no CRDs.
func Hub(t testing.TB) *rest.Config {
	t.Helper()
	return load(t, HubKubeconfig(t))
}

// Cluster is the administrator's configuration for shared cluster n.
func Cluster(t testing.TB, n int) *rest.Config {
	t.Helper()
	return load(t, ClusterKubeconfig(t, n))
}

// HubKubeconfig is the path of the hub's kubeconfig.
func HubKubeconfig(t testing.TB) string {
	t.Helper()
	return hubServer(t).kubeconfig
}

// ClusterKubeconfig is the path of cluster n's kubeconfig.
func ClusterKubeconfig(t testing.TB, n int) string {
	t.Helper()
	return clusterServer(t, n).kubeconfig
}

// ClusterAudit is the path of cluster n's audit log, see localkube.ReadAudit.
func ClusterAudit(t testing.TB, n int) string {
	t.Helper()
	return clusterServer(t, n).audit
}

// Assets is the directory of the Kubernetes binaries.
func Assets(t testing.TB) string {
	t.Helper()
	dir, err := assets()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func assets() (string, error) {
	dir, err := localkube.Assets()
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(dir); err != nil {
		return "", fmt.Errorf("no Kubernetes binaries in %s: run \"make kube\" or set %s", dir, localkube.AssetsEnv)
	}
	return dir, nil
}

// load reads a kubeconfig for tests: no client-side throttling, no warnings on
// standard error (every write of an Argo CD finalizer draws one).
func load(t testing.TB, kubeconfig string) *rest.Config {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatalf("load kubeconfig: %v", err)
	}
	return forTests(config)
}

func forTests(config *rest.Config) *rest.Config {
	config.QPS = -1
	config.WarningHandlerWithContext = rest.NoWarnings{}
	return config
}
