package main

import (
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// A set outside the control namespace, and what a real API server does to the
// objects that explain reads.
func TestExplainAsksAnAPIServer(t *testing.T) {
	kubeconfig := testenv.HubKubeconfig(t)
	testenv.InstallCRDs(t, kubeconfig, "../../config/crd")
	control, team := testenv.Namespace(t, testenv.Hub(t)), testenv.Namespace(t, testenv.Hub(t))
	set := strings.Replace(caseSet, "name: web}", "name: web, namespace: NS}", 1)
	testenv.KubectlInput(t, kubeconfig, strings.ReplaceAll(set, "NS", team)+"---"+
		strings.NewReplacer("NS", control, "env: prod", "env: dev").Replace(set)+
		strings.ReplaceAll(`---
{apiVersion: fairlead.dev/v1alpha1, kind: Cluster, metadata: {name: tokyo, namespace: NS, labels: {env: prod}}}
---
{apiVersion: v1, kind: Secret, metadata: {name: c-oslo, namespace: NS, labels: {argocd.argoproj.io/secret-type: cluster, Env: prod}},
  stringData: {name: oslo, server: "https://oslo:6443"}}
---
{apiVersion: argoproj.io/v1alpha1, kind: AppProject, metadata: {name: default, namespace: NS}, spec: {sourceRepos: ["*"]}}
`, "NS", control), "apply", "-f", "-")

	explain := func(args ...string) (int, string) {
		code, stdout, stderr := runCommand(t, append([]string{"explain", "--kubeconfig", kubeconfig, "-n", control}, args...)...)
		return code, stdout + stderr
	}
	for _, c := range []struct {
		set, cluster string
		code         int
		want         string
	}{
		{team + "/web", "tokyo", codeOK, "yes      row: generators[0].clusters: application web-tokyo"},
		{team + "/web", "oslo", codeDiffers, "change   label its secret " + control + "/c-oslo: env=prod"},
		{"web", "tokyo", codeDiffers, "selector term env=dev: the cluster has env=prod"},
		{team + "/gone", "tokyo", codeNotFound, team + "/gone: not found"},
		{team + "/a/b", "tokyo", codeUsage, "NAMESPACE/NAME"},
		{"web", "Tokyo", codeNotFound, `did you mean "tokyo"?`},
	} {
		if code, said := explain(c.set, "--cluster", c.cluster); code != c.code || !strings.Contains(said, c.want) {
			t.Errorf("%s %s: exit %d, want %d and %q:\n%s", c.set, c.cluster, code, c.code, c.want, said)
		}
	}

	testenv.KubectlInput(t, kubeconfig, `{apiVersion: v1, kind: Secret, metadata: {name: c-other, namespace: `+control+
		`, labels: {argocd.argoproj.io/secret-type: cluster}}, stringData: {name: oslo, server: "https://other:6443"}}`, "apply", "-f", "-")
	code, said := explain("web", "--cluster", "tokyo")
	if code != codeUsage || !strings.Contains(said, control+"/c-oslo") || !strings.Contains(said, control+"/c-other") {
		t.Errorf("two clusters of one name: exit %d, %s", code, said)
	}
}
