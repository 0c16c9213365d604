package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const expandSet = `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
  - matrix:
      generators:
      - clusters: {selector: {matchExpressions: [{key: env, operator: Exists}]}}
      - git: {repoURL: https://git.example.com/apps.git, revision: feature/x, directories: [{path: '*'}]}
  template:
    metadata: {name: '{{ .metadata.labels.site }}-{{ .path.basename }}'}
    spec: {source: {repoURL: r, path: '{{ .path.path }}'}, destination: {name: '{{ .name }}', namespace: web}}
`

const expandClusters = `
apiVersion: fairlead.dev/v1alpha1
kind: Cluster
metadata: {name: tokyo, labels: {env: prod, site: tokyo}}
---
apiVersion: v1
kind: Secret
metadata: {name: oslo, labels: {argocd.argoproj.io/secret-type: cluster, env: dev, site: oslo}}
stringData: {name: Oslo_1, server: https://10.0.0.1}
`

// expandFolder is a folder with the files above and a repository of a and b.
func expandFolder(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{
		"set.yaml": expandSet, "clusters.yaml": expandClusters, "apps/a/x.yaml": "", "apps/b/x.yaml": "", "apps/.git/x": "",
		"bad-options.yaml": "newGitGlobbing: true", "options.yaml": "includeHiddenDirectories: true",
		"objects.yaml":        "{apiVersion: argoproj.io/v1alpha1, kind: AppProject, metadata: {name: default}}",
		"apps/.hidden/x.yaml": "",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func runExpandCommand(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(context.Background(), append([]string{"expand"}, args...), streams{strings.NewReader(stdin), &out, &errs})
	return code, out.String(), errs.String()
}

const appsRepo = "--repo=https://git.example.com/apps.git@feature/x=apps"

func TestExpandOutputs(t *testing.T) {
	expandFolder(t)
	for output, want := range map[string]string{
		"name": "oslo-a\noslo-b\ntokyo-a\ntokyo-b\n",
		"table": `NAME     PROJECT  DESTINATION  NAMESPACE  FROM
oslo-a   default  Oslo_1       web        generators[0].matrix, directory a, cluster "Oslo_1"
oslo-b   default  Oslo_1       web        generators[0].matrix, directory b, cluster "Oslo_1"
tokyo-a  default  tokyo        web        generators[0].matrix, directory a, cluster "tokyo"
tokyo-b  default  tokyo        web        generators[0].matrix, directory b, cluster "tokyo"
`,
	} {
		code, stdout, stderr := runExpandCommand(t, "", "-f", "set.yaml", "--clusters", "clusters.yaml", appsRepo, "-o", output)
		if diff := cmp.Diff(want, stdout); diff != "" || code != codeOK || stderr != "" {
			t.Errorf("-o %s: exit %d, %s\n%s", output, code, stderr, diff)
		}
	}

	_, stdout, _ := runExpandCommand(t, expandSet, "-f", "-", "--clusters", "clusters.yaml", appsRepo, "-o", "json")
	var list struct {
		Kind  string
		Items []map[string]any
	}
	if err := json.Unmarshal([]byte(stdout), &list); err != nil || list.Kind != "List" || len(list.Items) != 4 {
		t.Errorf("%v: %s", err, stdout)
	}

	_, stdout, _ = runExpandCommand(t, "", "-f", "set.yaml", "--clusters", "clusters.yaml", appsRepo)
	want := `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  finalizers:
  - resources-finalizer.argocd.argoproj.io
  name: oslo-a
  namespace: argocd
spec:
  destination:
    name: Oslo_1
    namespace: web
  project: default
  source:
    path: a
    repoURL: r
---
`
	if !strings.HasPrefix(stdout, want) {
		t.Errorf("yaml:\n%s", stdout)
	}
}

func TestExpandReadsOptionsAndObjects(t *testing.T) {
	expandFolder(t)
	code, stdout, stderr := runExpandCommand(t, "", "-f", "set.yaml", "--clusters", "clusters.yaml", appsRepo, "-o", "name",
		"--options", "options.yaml", "--objects", "objects.yaml")
	want := "oslo-.hidden\noslo-a\noslo-b\ntokyo-.hidden\ntokyo-a\ntokyo-b\n"
	if code != codeOK || stdout != want {
		t.Errorf("exit %d, %q, %s", code, stdout, stderr)
	}
}

func TestExpandRejects(t *testing.T) {
	expandFolder(t)
	bad := strings.Replace(expandSet, ".metadata.labels.site", ".metadata.labels.region", 1)
	code, stdout, stderr := runExpandCommand(t, bad, "-f", "-", "--clusters", "clusters.yaml", appsRepo, "-o", "name")
	if code != codePartly || stdout != "" || !strings.Contains(stderr, `rejected: generators[0].matrix: template.metadata.name: key "region" is missing for cluster "Oslo_1", directory a`) {
		t.Errorf("exit %d, %q, %s", code, stdout, stderr)
	}
	twice := strings.Replace(expandSet, "{{ .metadata.labels.site }}-", "", 1)
	code, stdout, stderr = runExpandCommand(t, twice, "-f", "-", "--clusters", "clusters.yaml", appsRepo, "-o", "name")
	if code != codePartly || stdout != "" || !strings.Contains(stderr, `duplicate: application "a" is produced by several rows`) {
		t.Errorf("exit %d, %q, %s", code, stdout, stderr)
	}
}

func TestExpandRefuses(t *testing.T) {
	expandFolder(t)
	for _, c := range []struct {
		why, set string
		args     []string
		want     string
	}{
		{"no file", "", nil, `required flag(s) "file" not set`},
		{"a missing repository", expandSet, []string{"-f", "-", "--clusters", "clusters.yaml"},
			"add --repo https://git.example.com/apps.git@feature/x=DIR"},
		{"another kind", "{apiVersion: v1, kind: Secret}", []string{"-f", "-"}, "want an argoproj.io/v1alpha1 ApplicationSet"},
		{"two sets", expandSet + "---" + expandSet, []string{"-f", "-"}, "holds 2 objects"},
		{"not YAML", "a: b: c", []string{"-f", "-"}, "mapping values are not allowed"},
		{"an unknown output", expandSet, []string{"-f", "-", "-o", "xml"}, `output "xml"`},
		{"a folder that is none", expandSet, []string{"-f", "-", "--repo", "r=nope"}, "nope"},
		{"a failed generator", strings.Replace(expandSet, "clusters: {sel", "plugin: {sel", 1), []string{"-f", "-", appsRepo},
			"generators[0].matrix[0].plugin: configMapRef.name is empty"},
		{"an unknown option", expandSet, []string{"-f", "-", "--options", "bad-options.yaml"}, "known are newGitFileGlobbing"},
		{"a missing file of objects", expandSet, []string{"-f", "-", "--objects", "nope.yaml"}, "nope.yaml"},
		{"an unknown project", strings.Replace(expandSet, "spec: {source", "spec: {project: gone, source", 1),
			[]string{"-f", "-", "--clusters", "clusters.yaml", "--objects", "objects.yaml", appsRepo}, "project gone which does not exist"},
	} {
		code, stdout, stderr := runExpandCommand(t, c.set, c.args...)
		if code != codeUsage || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit %d, %q, %s", c.why, code, stdout, stderr)
		}
	}
}
