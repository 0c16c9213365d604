package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/fairlead/fairlead/internal/process"
	"github.com/fairlead/fairlead/internal/testenv"
)

// The hub against somebody else's API server, as it runs on a cluster: it
// makes what it needs, leads, and answers probes and Prometheus.
func TestHubAgainstAKubeconfig(t *testing.T) {
	health, metrics := freeAddr(t), freeAddr(t)
	dir := t.TempDir()
	hub, err := process.Start(t.Context(), process.Spec{
		Name: "hub", Path: filepath.Join(binDir, "fairlead"), Dir: dir, Logger: logr.Discard(), Grace: 30 * time.Second,
		Env: (&fleet{dir: dir, assets: testenv.Assets(t)}).env(),
		Args: []string{
			"hub", "--kubeconfig", testenv.HubKubeconfig(t), "--namespace", "e2e-hub", "--namespaces", "e2e-hub-apps",
			"--delivery-addr", "127.0.0.1:0", "--health-addr", health, "--metrics-addr", metrics, "--webhook-addr", "0",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	answers := func(url, want string) {
		t.Helper()
		eventually(t, patience, func() error {
			answer, err := http.Get(url)
			if err != nil {
				return fmt.Errorf("%w; the hub's log ends:\n%s", err, hub.LogTail(2000))
			}
			defer answer.Body.Close()
			body, err := io.ReadAll(answer.Body)
			if err == nil && (answer.StatusCode != http.StatusOK || !strings.Contains(string(body), want)) {
				err = fmt.Errorf("%s: %s without %q", url, answer.Status, want)
			}
			return err
		})
	}
	answers("http://"+health+"/healthz", "ok")
	answers("http://"+health+"/readyz", "ok")
	answers("http://"+metrics+"/metrics", "leader_election_master_status{name=\"fairlead-hub\"} 1")
	out := testenv.Kubectl(t, testenv.HubKubeconfig(t), "get", "appproject,clusters,lease", "-n", "e2e-hub", "-o", "name")
	for _, want := range []string{"appproject.argoproj.io/default", "cluster.fairlead.dev/in-cluster", "fairlead-hub"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s among:\n%s", want, out)
		}
	}
	if err := hub.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if n, last := hub.Exits(); n > 1 {
		t.Errorf("the hub ended %d times, last with %v", n, last)
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
