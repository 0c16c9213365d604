package e2e

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/testenv"
)

// joinOnce runs an agent that must give up, and returns what it said.
func (f *fleet) joinOnce(t *testing.T, token string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(binDir, "fairlead-agent"),
		"--join", token, "--kubeconfig", testenv.ClusterKubeconfig(t, clusterNumber[frankfurt]),
		"--data-dir", t.TempDir(), "--namespace", "refused", "--health-addr", "0")
	cmd.Env = f.env()
	done := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer done.Stop()
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() < 1 {
		t.Fatalf("the agent did not refuse by itself: %v\n%s", err, out)
	}
	return string(out)
}

func TestWrongAndReusedJoinTokensAreRefused(t *testing.T) {
	f := start(t)
	token := strings.TrimSpace(f.fairlead(t, "cluster", "token", frankfurt, "-o", "token"))
	parts := strings.Split(token, ".")
	wrong := strings.Repeat("A", len(parts[3]))
	out := f.joinOnce(t, strings.Join([]string{parts[0], parts[1], parts[2], wrong, parts[4]}, "."))
	if !strings.Contains(out, "token") || !strings.Contains(out, "fairlead cluster token") {
		t.Errorf("a wrong token is refused without the next step:\n%s", out)
	}
	if out := f.joinOnce(t, "fl1.nonsense"); !strings.Contains(out, "join command") {
		t.Errorf("a broken token is refused without the next step:\n%s", out)
	}

	// A spare cluster's token, used once, is used up.
	spare := strings.TrimSpace(f.fairlead(t, "cluster", "add", "spare", "-o", "token"))
	t.Cleanup(func() { f.fairlead(t, "cluster", "remove", "spare", "--yes") })
	f.enrolOnly(t, spare)
	out = f.joinOnce(t, spare)
	if !strings.Contains(out, "used") || !strings.Contains(out, "fairlead cluster token spare") {
		t.Errorf("a used token is refused without the next step:\n%s", out)
	}
	if strings.Contains(out, strings.Split(spare, ".")[3]) {
		t.Error("the refusal shows the token's secret")
	}
}

// enrolOnly runs an agent until it holds its certificate.
func (f *fleet) enrolOnly(t *testing.T, token string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(binDir, "fairlead-agent"),
		"--join", token, "--kubeconfig", testenv.ClusterKubeconfig(t, clusterNumber[frankfurt]),
		"--data-dir", t.TempDir(), "--namespace", "spare", "--health-addr", "0")
	cmd.Env = f.env()
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, func() error { return f.connected(t, "spare") })
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

func TestBadApplicationsSayWhyAndTheOthersGoOn(t *testing.T) {
	f := start(t)
	const name = "bad"
	repo := f.repository(t, name, fstest.MapFS{
		"good/model.yaml":           {Data: []byte(configMapYAML("model", "version", "1"))},
		"broken/a.yaml":             {Data: []byte("kind: ConfigMap\n  bad: [indent\n")},
		"chart/Chart.yaml":          {Data: []byte("apiVersion: v2\nname: chart\nversion: 1.0.0\n")},
		"chart/values.yaml":         {Data: []byte("a: b\n")},
		"chart/templates/conf.yaml": {Data: []byte(configMapYAML("from-chart", "a", "b"))},
	})
	app := func(kind, source string) string {
		return fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: bad-%[1]s, finalizers: [resources-finalizer.argocd.argoproj.io]}
spec:
  project: default
  source: {repoURL: %[2]s, targetRevision: main, %[3]s}
  destination: {name: %[4]s, namespace: bad}
  syncPolicy: {automated: {prune: true}, syncOptions: [CreateNamespace=true]}
`, kind, repo.URL(), source, virginia)
	}
	for kind, source := range map[string]string{
		"good": "path: good", "escape": "path: ../../etc", "yaml": "path: broken",
		"values":      "path: chart, helm: {valueFiles: [values-prod.yaml]}",
		"destination": "path: good", "project": "path: good",
	} {
		text := app(kind, source)
		switch kind {
		case "destination":
			text = strings.Replace(text, virginia, "atlantis", 1)
		case "project":
			text = strings.Replace(text, "project: default", "project: none", 1)
		}
		f.apply(t, text)
		t.Cleanup(func() { f.remove(t, &v1alpha1.Application{}, "bad-"+kind) })
	}
	f.awaitCondition(t, "bad-escape", v1alpha1.ApplicationConditionComparisonError, "../../etc", "escapes")
	f.awaitCondition(t, "bad-yaml", v1alpha1.ApplicationConditionComparisonError, "broken/a.yaml")
	f.awaitCondition(t, "bad-values", v1alpha1.ApplicationConditionComparisonError, "values-prod.yaml")
	f.awaitCondition(t, "bad-destination", v1alpha1.ApplicationConditionDestinationUnknown, "atlantis", "fairlead cluster add")
	f.awaitCondition(t, "bad-project", v1alpha1.ApplicationConditionInvalidSpecError, `"none"`)
	f.awaitHealthy(t, "", "bad-good")
	always(t, 3*time.Second, func() error {
		app, err := f.app(t, "bad-project")
		if err == nil && app.Status.Sync.Status != v1alpha1.SyncStatusCodeUnknown {
			err = fmt.Errorf("an application of no project is %s", app.Status.Sync.Status)
		}
		return err
	})
}

func TestTwoElementsOfOneNameAreRefusedAndTheOthersGoOn(t *testing.T) {
	f := start(t)
	const name = "twice"
	repo := f.repository(t, name, fstest.MapFS{"app/model.yaml": {Data: []byte(configMapYAML("model", "version", "1"))}})
	f.apply(t, fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: twice}
spec:
  generators:
  - list: {elements: [{app: one, ns: a}, {app: two, ns: b}, {app: two, ns: c}]}
  template:
    metadata: {name: 'twice-{{app}}'}
    spec:
      project: default
      source: {repoURL: %s, targetRevision: main, path: app}
      destination: {name: %s, namespace: 'twice-{{ns}}'}
      syncPolicy: {automated: {}, syncOptions: [CreateNamespace=true]}
`, repo.URL(), virginia))
	t.Cleanup(func() { f.remove(t, &v1alpha1.ApplicationSet{}, name) })
	f.awaitHealthy(t, "", "twice-one")
	eventually(t, patience, func() error {
		out := f.fairlead(t, "get", "sets")
		if !containsAll(out, []string{"twice-two", "generators[0]"}) {
			return fmt.Errorf("fairlead get sets does not name both rows:\n%s", out)
		}
		return nil
	})
	if _, err := f.app(t, "twice-two"); err == nil {
		t.Error("an application that two rows claim was made")
	}
}
