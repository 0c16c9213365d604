package main

import (
	"fmt"
	"strings"
	"testing/fstest"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// The agent's workloads are Applications of ten objects of seven kinds, as a
// small service has them.
const objectsPerApp = 10

// kindsPerApp are the objects of one Application; %[1]s is its name.
var kindsPerApp = []string{`apiVersion: v1
kind: ServiceAccount
metadata:
  name: %[1]s
`, `apiVersion: v1
kind: Secret
metadata:
  name: %[1]s
stringData:
  endpoint: https://models.example.com/%[1]s
`, `apiVersion: v1
kind: Service
metadata:
  name: %[1]s
spec:
  selector: {app: %[1]s}
  ports:
  - {name: http, port: 80, targetPort: 8080}
`, `apiVersion: apps/v1
kind: Deployment
metadata:
  name: %[1]s
  labels: {app: %[1]s}
spec:
  replicas: 1
  selector:
    matchLabels: {app: %[1]s}
  template:
    metadata:
      labels: {app: %[1]s}
    spec:
      serviceAccountName: %[1]s
      containers:
      - name: main
        image: registry.example.com/%[1]s:1
        ports: [{name: http, containerPort: 8080}]
        resources: {requests: {cpu: 10m, memory: 32Mi}}
`, `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: %[1]s
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app: %[1]s}
`, `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: %[1]s
spec:
  podSelector:
    matchLabels: {app: %[1]s}
  ingress:
  - ports: [{port: 8080}]
`, configMapManifest("%[1]s-0"), configMapManifest("%[1]s-1"), configMapManifest("%[1]s-2"), configMapManifest("%[1]s-3")}

// valueOf every ConfigMap.
const valueOf = "as-it-should-be"

func configMapManifest(name string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name + "\ndata:\n  value: " + valueOf + "\n  settings: |\n" +
		strings.Repeat("    model.batch.size = 32\n", 10)
}

func appName(i int) string { return fmt.Sprintf("app-%03d", i) }

// manifests of n Applications, one stream of documents each.
func manifests(n int) []string {
	out := make([]string, n)
	for i := range out {
		var b strings.Builder
		for _, kind := range kindsPerApp {
			b.WriteString("---\n")
			fmt.Fprintf(&b, kind, appName(i))
		}
		out[i] = b.String()
	}
	return out
}

// repository with a folder for each of n Applications.
func repository(n int) fstest.MapFS {
	files := fstest.MapFS{}
	for i, text := range manifests(n) {
		files["apps/"+appName(i)+"/all.yaml"] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return files
}

// application i of a repository, synced and healed by itself.
func application(i int, repoURL, cluster, namespace string) *v1alpha1.Application {
	yes := true
	return &v1alpha1.Application{
		ObjectMeta: metav1.ObjectMeta{Namespace: hubNamespace, Name: appName(i)},
		Spec: v1alpha1.ApplicationSpec{
			Project:     "default",
			Source:      &v1alpha1.ApplicationSource{RepoURL: repoURL, Path: "apps/" + appName(i), TargetRevision: "main"},
			Destination: v1alpha1.ApplicationDestination{Name: cluster, Namespace: namespace},
			SyncPolicy: &v1alpha1.SyncPolicy{
				Automated:   &v1alpha1.SyncPolicyAutomated{Prune: &yes, SelfHeal: &yes},
				SyncOptions: v1alpha1.SyncOptions{"CreateNamespace=true"},
			},
		},
	}
}
