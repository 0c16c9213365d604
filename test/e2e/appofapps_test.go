package e2e

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestAppOfAppsBringsUpChildrenOnTwoClusters(t *testing.T) {
	f := start(t)
	const name = "region"
	url := f.git.URL(name)
	child := func(cluster string) string {
		return fmt.Sprintf(`apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: region-%[1]s
  namespace: argocd
  finalizers: [resources-finalizer.argocd.argoproj.io]
spec:
  project: default
  source: {repoURL: %[2]s, targetRevision: main, path: app}
  destination: {name: %[1]s, namespace: region}
  syncPolicy: {automated: {prune: true, selfHeal: true}, syncOptions: [CreateNamespace=true]}
`, cluster, url)
	}
	f.repository(t, name, fstest.MapFS{
		"root/tokyo.yaml":    {Data: []byte(child(tokyo))},
		"root/virginia.yaml": {Data: []byte(child(virginia))},
		"root/set.yaml":      {Data: []byte(strings.ReplaceAll(set("region-set", url, "app"), "\nmetadata:\n", "\nmetadata:\n  namespace: argocd\n"))},
		"app/model.yaml":     {Data: []byte(configMapYAML("model", "version", "1"))},
	})
	f.label(t, "region-set", "true", frankfurt)
	f.apply(t, fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: region-root, finalizers: [resources-finalizer.argocd.argoproj.io]}
spec:
  project: default
  source: {repoURL: %s, targetRevision: main, path: root}
  destination: {server: https://kubernetes.default.svc, namespace: argocd}
  syncPolicy: {automated: {prune: true, selfHeal: true}}
`, url))
	t.Cleanup(func() { f.remove(t, &v1alpha1.Application{}, "region-root") })

	f.awaitHealthy(t, "", "region-root", "region-"+tokyo, "region-"+virginia, "region-set-"+frankfurt)
	f.awaitConfigMap(t, tokyo, "region", "model", "version", "1")
	f.awaitConfigMap(t, virginia, "region", "model", "version", "1")
	f.awaitConfigMap(t, frankfurt, "region-set", "model", "version", "1")

	// Deleting the root with its finalizer takes the children with it.
	f.remove(t, &v1alpha1.Application{}, "region-root")
	for _, app := range []string{"region-root", "region-" + tokyo, "region-" + virginia, "region-set-" + frankfurt} {
		f.awaitGone(t, app)
	}
	f.awaitNoConfigMap(t, tokyo, "region", "model")
}

func TestAWorkloadSentToTheEmbeddedHubIsRefusedInWords(t *testing.T) {
	f := start(t)
	const name = "on-hub"
	repo := f.repository(t, name, fstest.MapFS{"app/web.yaml": {Data: []byte(deploymentYAML("web", 1))}})
	f.apply(t, fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: on-hub}
spec:
  project: default
  source: {repoURL: %s, targetRevision: main, path: app}
  destination: {name: in-cluster, namespace: default}
  syncPolicy: {automated: {}}
`, repo.URL()))
	t.Cleanup(func() { f.remove(t, &v1alpha1.Application{}, name) })
	f.awaitCondition(t, name, v1alpha1.ApplicationConditionWorkloadOnHub, "Deployment", "web", "runs no pods")
}
