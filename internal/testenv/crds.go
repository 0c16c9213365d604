package testenv

import "testing"

// InstallCRDs applies the CustomResourceDefinitions in files or folders and
// returns when the API server serves them. They stay: other tests that share
// the server install the same ones.
func InstallCRDs(t testing.TB, kubeconfig string, paths ...string) {
	t.Helper()
	for _, path := range paths {
		Kubectl(t, kubeconfig, "apply", "--server-side", "--force-conflicts", "-f", path)
		Kubectl(t, kubeconfig, "wait", "--for=condition=Established", "--timeout=60s", "-f", path)
	}
}
