package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/gitserver"
)

// exits runs a command that must end with a code.
func (f *fleet) exits(t *testing.T, code int, args ...string) string {
	t.Helper()
	out, err := f.tryFairlead(t, args...)
	got := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		got = exit.ExitCode()
	}
	if got != code {
		t.Fatalf("fairlead %s ended with %d, want %d: %v\n%s", strings.Join(args, " "), got, code, err, out)
	}
	return out
}

func TestDiffAndTreeOfAnApplication(t *testing.T) {
	f := start(t)
	const name = "looked-at"
	const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: correct-horse}\n"
	repo := f.repository(t, name, fstest.MapFS{
		"app/web.yaml":   {Data: []byte(deploymentYAML("web", 2))},
		"app/model.yaml": {Data: []byte(configMapYAML("model", "url", "db://correct-horse@db"))},
		"app/extra.yaml": {Data: []byte(configMapYAML("extra", "a", "b"))},
		"app/db.yaml":    {Data: []byte(secret)},
	})
	f.apply(t, fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %[1]s}
spec:
  project: default
  source: {repoURL: %[2]s, targetRevision: main, path: app}
  destination: {name: %[3]s, namespace: %[1]s}
  syncPolicy: {automated: {}, syncOptions: [CreateNamespace=true]}
`, name, repo.URL(), tokyo))
	t.Cleanup(func() { f.remove(t, &v1alpha1.Application{}, name) })
	f.awaitHealthy(t, "", name)

	f.exits(t, 0, "diff", name)
	f.exits(t, 5, "diff", "nothing-of-that-name")
	f.exits(t, 2, "diff", name, "--revision", "no-such-branch")

	// Somebody edits; this Application does not heal itself.
	web, err := f.deployment(t, tokyo, name, "web")
	if err != nil {
		t.Fatal(err)
	}
	edit := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"replicas":3}}`))
	if err := f.at[tokyo].Patch(t.Context(), web, edit, client.FieldOwner("kubectl-edit")); err != nil {
		t.Fatal(err)
	}
	if out := f.exits(t, 1, "diff", name); !strings.Contains(out, "- spec.replicas: 3  [other: kubectl-edit]") ||
		!strings.Contains(out, "+ spec.replicas: 2  [other: kubectl-edit]") {
		t.Errorf("the manager is not named:\n%s", out)
	}
	f.diffOfABranch(t, name, repo)
	f.treeOf(t, name)
	queries := &fleetv1.QueryList{}
	if err := f.api.List(t.Context(), queries, client.InNamespace("argocd")); err != nil || len(queries.Items) > 0 {
		t.Errorf("%d queries are left: %v", len(queries.Items), err)
	}
}

// diffOfABranch asks what a branch would change, which nothing has applied.
func (f *fleet) diffOfABranch(t *testing.T, name string, repo *gitserver.Repo) {
	t.Helper()
	moved := strings.ReplaceAll(deploymentYAML("web", 0), "app: web", "app: api")
	if _, err := repo.Commit(t.Context(), gitserver.Change{Branch: "feature", From: "main", Message: "a lot at once", Write: map[string]string{
		"app/web.yaml": moved, "app/model.yaml": configMapYAML("model", "url", "db://elsewhere"),
	}, Remove: []string{"app/extra.yaml"}}); err != nil {
		t.Fatal(err)
	}
	out := f.exits(t, 1, "diff", name, "--revision", "feature", "-o", "json")
	var answer fleetv1.DiffAnswer
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		t.Fatal(err)
	}
	flags := map[string]bool{}
	for _, o := range answer.Objects {
		for _, flag := range o.Flags {
			flags[o.Kind+"/"+o.Name+" "+string(flag.Kind)] = true
		}
	}
	for _, want := range []string{"ConfigMap/extra delete", "Deployment/web immutable", "Deployment/web replicas-zero"} {
		if !flags[want] {
			t.Errorf("%s is not flagged, only %v", want, flags)
		}
	}
	if strings.Contains(out, "correct-horse") {
		t.Errorf("the diff holds a value of a Secret:\n%s", out)
	}
	f.awaitConfigMap(t, tokyo, name, "extra", "a", "b")
	f.awaitConfigMap(t, tokyo, name, "model", "url", "db://correct-horse@db")
}

// treeOf an Application reaches pods.
func (f *fleet) treeOf(t *testing.T, name string) {
	t.Helper()
	var answer fleetv1.TreeAnswer
	if err := json.Unmarshal([]byte(f.exits(t, 0, "tree", name, "-o", "json")), &answer); err != nil {
		t.Fatal(err)
	}
	pods := 0
	for _, root := range answer.Roots {
		if root.Kind != "Deployment" {
			continue
		}
		for _, set := range root.Children {
			for _, pod := range set.Children {
				if set.Kind == "ReplicaSet" && pod.Kind == "Pod" && pod.UID != "" && pod.Ready != "" && len(pod.Images) == 1 && pod.Health != "" {
					pods++
				}
			}
		}
	}
	if len(answer.Roots) != 4 || pods != 3 {
		t.Errorf("%d objects with %d pods, want 4 with 3:\n%+v", len(answer.Roots), pods, answer)
	}
	if out := f.exits(t, 0, "tree", name); !strings.Contains(out, "Pod looked-at/web-") || !strings.Contains(out, "ReplicaSet.apps") {
		t.Errorf("the tree in words:\n%s", out)
	}
}
