package e2e

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/go-logr/logr"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/process"
	"github.com/fairlead/fairlead/internal/testenv"
)

// errorsTemplate asks Prometheus three times, a second apart, for the share of
// errors of a version; one bad answer ends the rollout.
const errorsTemplate = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: errors, annotations: {argocd.argoproj.io/sync-wave: "-1"}}
spec:
  args: [{name: version}]
  metrics:
  - name: error-share
    interval: 1s
    count: 3
    failureLimit: 0
    successCondition: len(result) > 0 && result[0] < 0.1
    provider:
      prometheus:
        address: %s
        query: max(shop_error_share{version="{{args.version}}"})
`

const rolloutYAML = `apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: main, image: registry.example.com/shop:%[1]s}]}
  strategy:
    canary:
      steps:
      - setWeight: 50
      - analysis: {templates: [{templateName: errors}], args: [{name: version, value: "%[1]s"}]}
`

// The real controller of Argo Rollouts with a real Prometheus ends a canary
// whose errors rise: the Application is Degraded, says why and at which commit,
// and a revert makes it Healthy again.
func TestABadCanaryIsAbortedAndNamed(t *testing.T) {
	f := start(t)
	const name = "canary"
	testenv.InstallCRDs(t, testenv.ClusterKubeconfig(t, clusterNumber[frankfurt]), filepath.Join(peer(t, "rollouts"), "crds"))
	f.peer(t, "rollouts", "rollouts-controller",
		"--kubeconfig", testenv.ClusterKubeconfig(t, clusterNumber[frankfurt]), "--leader-elect=false",
		"--healthzPort", freePort(t), "--metricsPort", freePort(t))
	address := f.prometheus(t, shopMetrics(t))

	repo := f.repository(t, name, fstest.MapFS{
		"app/errors.yaml": {Data: fmt.Appendf(nil, errorsTemplate, address)},
		"app/shop.yaml":   {Data: fmt.Appendf(nil, rolloutYAML, "good")},
	})
	f.label(t, name, "true", frankfurt)
	f.apply(t, set(name, repo.URL(), "app"))
	t.Cleanup(func() { f.remove(t, &v1alpha1.ApplicationSet{}, name) })
	app := name + "-" + frankfurt
	f.awaitHealthy(t, "", app)

	bad, err := repo.Write(t.Context(), "a bad version", map[string]string{"app/shop.yaml": fmt.Sprintf(rolloutYAML, "bad")})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, 2*patience, func() error { return f.degraded(t, app, bad, "aborted", "error-share") })

	good, err := repo.Revert(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.awaitHealthy(t, good, app)
}

// degraded: the Application is Degraded at the commit, and its Rollout's health
// says why.
func (f *fleet) degraded(t *testing.T, name, commit string, why ...string) error {
	t.Helper()
	app, err := f.app(t, name)
	if err != nil {
		return err
	}
	s := app.Status
	if s.Health.Status != v1alpha1.HealthStatusDegraded || s.Sync.Revision != commit {
		return fmt.Errorf("application %s is %s at %s, want Degraded at %s; resources %+v", name, s.Health.Status, s.Sync.Revision, commit, s.Resources)
	}
	for _, r := range s.Resources {
		if r.Kind == "Rollout" && r.Health != nil && containsAll(strings.ToLower(r.Health.Message), why) {
			return nil
		}
	}
	return fmt.Errorf("application %s does not say %q of its Rollout: %+v", name, why, s.Resources)
}

// peer is the directory of a program that tools/peers builds.
func peer(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "../../tools/peers/build.sh", "--print-dir", name).Output()
	dir := strings.TrimSpace(string(out))
	if _, missing := os.Stat(filepath.Join(dir, ".complete")); err != nil || missing != nil {
		t.Fatalf("%s is not built (%s): run `make peers`; %v", name, dir, err)
	}
	return dir
}

// peer runs a program that tools/peers builds until the test ends.
func (f *fleet) peer(t *testing.T, name, command string, args ...string) {
	t.Helper()
	p, err := process.Start(t.Context(), process.Spec{
		Name: name, Path: filepath.Join(peer(t, name), command), Args: args, Dir: f.dir, Env: f.env(), Logger: logr.Discard(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the log of %s ends:\n%s", name, p.LogTail(4000))
		}
		if err := p.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
}

// prometheus scrapes a target every second and returns its own address.
func (f *fleet) prometheus(t *testing.T, target string) string {
	t.Helper()
	config := filepath.Join(f.dir, "prometheus.yml")
	text := fmt.Sprintf("global: {scrape_interval: 1s}\nscrape_configs: [{job_name: shop, static_configs: [{targets: [%q]}]}]\n", target)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	listen := "127.0.0.1:" + freePort(t)
	f.peer(t, "prometheus", "prometheus", "--config.file", config, "--web.listen-address", listen,
		"--storage.tsdb.path", filepath.Join(f.dir, "prometheus"))
	eventually(t, patience, func() error {
		answer, err := http.Get("http://" + listen + "/-/ready") //nolint:noctx // a moment
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("prometheus is not ready: %s", answer.Status)
		}
		return nil
	})
	return "http://" + listen
}

// shopMetrics serves the share of errors of both versions and returns where.
func shopMetrics(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		_, _ = w.Write([]byte("# TYPE shop_error_share gauge\nshop_error_share{version=\"good\"} 0.01\nshop_error_share{version=\"bad\"} 0.9\n"))
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// freePort is one that nobody listens on at present.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
