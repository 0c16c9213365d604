package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/source/sourcetest"
)

const chartApp = `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  destination: {name: tokyo, namespace: shop}
  source:
    repoURL: %URL%
    chart: app
    targetRevision: "%REVISION%"
    helm: {parameters: [{name: told, value: $ARGOCD_APP_REVISION}]}
`

func chartOf(url, revision string) string {
	return strings.NewReplacer("%URL%", url, "%REVISION%", revision).Replace(chartApp)
}

// archives is a folder with versions of a chart, as `helm pull` leaves them.
func archives(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, version := range []string{"1.2.0", "1.10.0", "2.0.0", "2.1.0-rc.1"} {
		packed, err := sourcetest.PackChart("app", version, map[string]string{
			"templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {told: '{{ .Values.told }}', is: '{{ .Chart.Version }}'}\n",
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "app-"+version+".tgz"), packed, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A chart is the archive that targetRevision means, as a repository's index
// would tell, and the parameters see its version.
func TestRenderFindsTheArchiveOfAVersion(t *testing.T) {
	dir := archives(t)
	for revision, want := range map[string]string{"1.x": "1.10.0", "1.2.0": "1.2.0", "*": "2.0.0", ">=2.1.0-0": "2.1.0-rc.1"} {
		for _, url := range []string{"https://charts.example.com", "registry.example.com/charts", "oci://registry.example.com/charts"} {
			code, stdout, stderr := runRenderCommand(t, chartOf(url, revision), "-f", "-", "--repo", url+"="+dir)
			if code != codeOK || !strings.Contains(stdout, "is: "+want) || !strings.Contains(stdout, "told: "+want) {
				t.Errorf("%s at %s: exit %d: %s%s", revision, url, code, stdout, stderr)
			}
		}
	}
	for revision, want := range map[string]string{"3.x": `of version "3.x"; there are 1.10.0, 1.2.0`, "1.3.0": `of version "1.3.0"`} {
		code, stdout, stderr := runRenderCommand(t, chartOf("https://charts.example.com", revision), "-f", "-", "--repo", "https://charts.example.com="+dir)
		if code != codeUsage || stdout != "" || !strings.Contains(stderr, "chart app of https://charts.example.com: ") || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit %d: %s%s", revision, code, stdout, stderr)
		}
	}
}

func TestRenderRefusesAChartsNameThatLeadsAway(t *testing.T) {
	dir := archives(t)
	app := strings.Replace(chartOf("https://charts.example.com", "*"), "chart: app", "chart: ../app", 1)
	code, _, stderr := runRenderCommand(t, app, "-f", "-", "--repo", "https://charts.example.com="+filepath.Join(dir, "."))
	if code != codeUsage || !strings.Contains(stderr, `chart name ".."`) {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestRenderOfAnArtifactsPath(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("site/prod", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("site/prod/a.yaml", []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: prod}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const app = `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  destination: {name: tokyo, namespace: shop}
  source: {repoURL: 'oci://registry.example.com/site', targetRevision: stable, path: prod}
`
	code, stdout, stderr := runRenderCommand(t, app, "-f", "-", "--repo", "oci://registry.example.com/site@stable=site")
	if code != codeOK || !strings.Contains(stdout, "name: prod") {
		t.Errorf("exit %d: %s%s", code, stdout, stderr)
	}
}
