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

const renderApp = `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  destination: {name: tokyo, namespace: shop}
  sources:
  - repoURL: https://git.example.com/apps.git
    path: chart
    targetRevision: main
    helm: {valueFiles: [$values/prod.yaml, 'https://files.example.com/x.yaml']}
  - {repoURL: https://git.example.com/values.git, targetRevision: v2, ref: values}
  - {repoURL: https://charts.example.com, chart: redis, targetRevision: 1.x}
  - {repoURL: https://git.example.com/apps.git, path: plain}
`

// renderFolder is a folder with the Application above and its repositories.
func renderFolder(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	show := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: chart, namespace: {{ .Release.Namespace }}}\n" +
		"data: {v: {{ .Values.v | quote }}, x: {{ .Values.x | quote }}, kube: {{ .Capabilities.KubeVersion }}, has: {{ .Capabilities.APIVersions.Has \"a.b/v1\" | quote }}}\n"
	chart := "apiVersion: v2\nversion: 1.0.0\nname: "
	object := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "
	for name, content := range map[string]string{
		"app.yaml":              renderApp,
		"one.yaml":              "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: one}\nspec: {source: {repoURL: r, path: plain, hlm: {}}}\n",
		"none.yaml":             "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: none}\nspec: {}\n",
		"twice.yaml":            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nkind: Application\nmetadata: {name: none}\n",
		"type.yaml":             "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: t}\nspec: {source: {path: [a]}}\n",
		"user.yaml":             "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: t}\nspec: {source: {repoURL: 'https://user:hunter2@example.com/x', path: a}}\n",
		"map.yaml":              object + "m}\n",
		"x.yaml":                "x: at-url\n",
		"apps/chart/Chart.yaml": chart + "app\n", "apps/chart/templates/show.yaml": show,
		"apps/plain/a.yaml": object + "a}\n", "apps/plain/bad/b.yaml": object + "\n",
		"values/prod.yaml":        "v: prod\n",
		"charts/redis/Chart.yaml": chart + "redis\n", "charts/redis/templates/r.yaml": object + "redis}\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func runRenderCommand(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(context.Background(), append([]string{"render"}, args...), streams{strings.NewReader(stdin), &out, &errs})
	return code, out.String(), errs.String()
}

var renderRepos = []string{
	"--repo=https://git.example.com/apps.git=apps", "--repo=https://git.example.com/values.git@v2=values",
	"--repo=https://charts.example.com=charts", "--value-file=https://files.example.com/x.yaml=x.yaml",
}

func TestRenderOfSeveralSources(t *testing.T) {
	renderFolder(t)
	args := append([]string{"-f", "app.yaml", "--kube-version", "1.31.2", "--api-versions", "a.b/v1,c.d/v1"}, renderRepos...)
	code, stdout, stderr := runRenderCommand(t, "", args...)
	want := `apiVersion: v1
data:
  has: "true"
  kube: v1.31.2
  v: prod
  x: at-url
kind: ConfigMap
metadata:
  name: chart
  namespace: shop
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: redis
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
`
	if diff := cmp.Diff(want, stdout); diff != "" || code != codeOK || stderr != "" {
		t.Errorf("exit %d, %s\n%s", code, stderr, diff)
	}
	_, stdout, _ = runRenderCommand(t, renderApp, append([]string{"-f", "-", "-o", "json"}, renderRepos...)...)
	var list struct {
		Kind  string
		Items []map[string]any
	}
	if err := json.Unmarshal([]byte(stdout), &list); err != nil || list.Kind != "List" || len(list.Items) != 3 {
		t.Errorf("%v: %s", err, stdout)
	}
}

func TestRenderChoosesAnApplication(t *testing.T) {
	renderFolder(t)
	one, err := os.ReadFile("one.yaml")
	if err != nil {
		t.Fatal(err)
	}
	both := renderApp + "---\n" + string(one)
	code, stdout, stderr := runRenderCommand(t, both, "-f", "-", "--name", "one", "--repo", "r=apps")
	if code != codeOK || !strings.Contains(stdout, "name: a") || !strings.Contains(stderr, `unknown field "spec.source.hlm" is ignored`) {
		t.Errorf("exit %d: %s%s", code, stdout, stderr)
	}
	if code, _, stderr = runRenderCommand(t, both, "-f", "-", "--repo", "r=apps"); code != codeUsage || !strings.Contains(stderr, "holds 2 Applications (web, one); choose one with --name") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestRenderComplains(t *testing.T) {
	renderFolder(t)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no file":              {nil, "required flag"},
		"output":               {[]string{"-f", "app.yaml", "-o", "table"}, `output "table"`},
		"version":              {[]string{"-f", "app.yaml", "--kube-version", "new"}, `--kube-version "new"`},
		"missing file":         {[]string{"-f", "nope.yaml"}, "nope.yaml"},
		"another kind":         {[]string{"-f", "map.yaml"}, "map.yaml: holds a v1 ConfigMap; want an argoproj.io/v1alpha1 Application"},
		"no such name":         {[]string{"-f", "app.yaml", "--name", "api"}, `holds no Application "api"; it has web`},
		"a key twice":          {[]string{"-f", "twice.yaml"}, "twice.yaml: line 3"},
		"a wrong type":         {[]string{"-f", "type.yaml"}, "type.yaml: application t: json"},
		"no source":            {[]string{"-f", "none.yaml"}, "render none: there is no source"},
		"a folder missing":     {[]string{"-f", "one.yaml", "--repo", "r=nowhere"}, "nowhere"},
		"a repository missing": {append([]string{"-f", "app.yaml"}, renderRepos[0]), "render web: source 2: this command reads no network: add --repo https://git.example.com/values.git@v2=DIR"},
		"a chart missing":      {append([]string{"-f", "app.yaml", "--repo=https://charts.example.com=values"}, renderRepos[:2]...), "source 3: chart redis of https://charts.example.com: neither"},
		"a value file missing": {append([]string{"-f", "app.yaml"}, renderRepos[:3]...), "source 1: helm.valueFiles[1]: value file https://files.example.com/x.yaml: was not fetched"},
		"a bad value file":     {[]string{"-f", "app.yaml", "--value-file", "x"}, "want URL=FILE"},
		"a password":           {[]string{"-f", "user.yaml"}, "https://***@example.com/x"},
		"an argument":          {[]string{"-f", "app.yaml", "more"}, "more"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := runRenderCommand(t, "", c.args...)
			if code != codeUsage || stdout != "" || !strings.Contains(stderr, c.want) || strings.Contains(stderr, "hunter2") {
				t.Errorf("exit %d, %q: %s\nwant %q", code, stdout, stderr, c.want)
			}
		})
	}
}
