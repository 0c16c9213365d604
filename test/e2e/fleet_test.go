package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters/enroll"
	"github.com/fairlead/fairlead/internal/gitserver"
	"github.com/fairlead/fairlead/internal/process"
	"github.com/fairlead/fairlead/internal/testenv"

	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
)

// The fleet's clusters and the labels that they keep throughout.
const (
	tokyo     = "edge-tokyo-1"
	virginia  = "us-east-1"
	frankfurt = "eu-west-1"
)

var (
	clusterNumber = map[string]int{tokyo: 1, virginia: 2, frankfurt: 3}
	environmentOf = map[string]string{tokyo: "edge", virginia: "production", frankfurt: "staging"}
)

// fleet is a hub, its clusters with their agents, and a Git server.
type fleet struct {
	dir    string
	once   sync.Once
	failed bool

	assets   string
	git      *gitserver.Server
	provider *provider
	hub      *process.Process
	agents   map[string]*process.Process
	// api reaches the hub's API server, at the clusters.
	api client.WithWatch
	at  map[string]client.WithWatch
}

var theFleet = &fleet{agents: map[string]*process.Process{}, at: map[string]client.WithWatch{}}

// start returns the shared fleet, brought up by the first test that asks.
func start(t *testing.T) *fleet {
	t.Helper()
	f := theFleet
	f.once.Do(func() {
		f.failed = true
		f.bringUp(t)
		f.failed = false
	})
	if f.failed {
		t.Fatal("the fleet did not come up; see the first test that asked for it")
	}
	return f
}

func (f *fleet) bringUp(t *testing.T) {
	t.Helper()
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f.assets = testenv.Assets(t)
	var err error
	if f.git, err = gitserver.Serve(filepath.Join(f.dir, "git"), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	f.provider = startProvider()
	f.startHub(t)
	for _, name := range []string{tokyo, virginia, frankfurt} {
		f.at[name] = newClient(t, testenv.Cluster(t, clusterNumber[name]))
		token := f.fairlead(t, "cluster", "add", name, "--label", "environment="+environmentOf[name], "-o", "token")
		f.startAgent(t, name, strings.TrimSpace(token))
	}
	for name := range f.agents {
		eventually(t, time.Minute, func() error { return f.connected(t, name) })
	}
}

func (f *fleet) stop(ctx context.Context) error {
	var errs []error
	for _, a := range f.agents {
		errs = append(errs, a.Stop(ctx))
	}
	if f.hub != nil {
		errs = append(errs, f.hub.Stop(ctx))
	}
	if f.git != nil {
		errs = append(errs, f.git.Close(ctx))
	}
	if f.provider != nil {
		f.provider.Close()
	}
	return errors.Join(errs...)
}

func (f *fleet) hubDir() string     { return filepath.Join(f.dir, "hub") }
func (f *fleet) kubeconfig() string { return filepath.Join(f.hubDir(), "admin.kubeconfig") }

// startHub starts the embedded hub and waits until it serves agents.
func (f *fleet) startHub(t *testing.T) {
	t.Helper()
	hub, err := process.Start(t.Context(), process.Spec{
		Name: "hub", Path: filepath.Join(binDir, "fairlead"), Dir: f.dir, Env: f.env(), Grace: 30 * time.Second, Logger: logr.Discard(),
		Args: []string{
			"hub", "--embedded", "--data-dir", f.hubDir(), "--delivery-addr", "127.0.0.1:0",
			"--metrics-addr", "0", "--health-addr", "0", "--webhook-addr", "0", "--revision-interval", "1s",
			"--allowed-scm-providers", f.provider.URL,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	f.hub = hub
	f.awaitHub(t)
}

func (f *fleet) awaitHub(t *testing.T) {
	t.Helper()
	eventually(t, 2*time.Minute, func() error {
		config, err := clientcmd.BuildConfigFromFlags("", f.kubeconfig())
		if err != nil {
			return err
		}
		core, err := corev1client.NewForConfig(config)
		if err != nil {
			return err
		}
		if _, err := enroll.ReadPublished(t.Context(), core.ConfigMaps("argocd")); err != nil {
			return fmt.Errorf("%w; the hub's log ends:\n%s", err, f.hub.LogTail(2000))
		}
		f.api = newClient(t, config)
		return nil
	})
}

// startAgent starts a cluster's agent; without a token, one that has joined.
func (f *fleet) startAgent(t *testing.T, name, token string) {
	t.Helper()
	args := []string{
		"--kubeconfig", testenv.ClusterKubeconfig(t, clusterNumber[name]),
		"--data-dir", filepath.Join(f.dir, "agent-"+name), "--health-addr", "0",
	}
	if token != "" {
		args = append(args, "--join", token)
	}
	agent, err := process.Start(t.Context(), process.Spec{
		Name: "agent-of-" + name, Path: filepath.Join(binDir, "fairlead-agent"), Dir: f.dir, Env: f.env(), Args: args, Logger: logr.Discard(),
	})
	if err != nil {
		t.Fatal(err)
	}
	f.agents[name] = agent
}

// killed ends a supervised child the hard way; its supervisor starts it again.
func killed(t *testing.T, p *process.Process) {
	t.Helper()
	before, _ := p.Exits()
	if err := syscall.Kill(p.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, 30*time.Second, func() error {
		if n, _ := p.Exits(); n == before || p.PID() == 0 {
			return fmt.Errorf("%s has not been started again", p.Name())
		}
		return nil
	})
}

func (f *fleet) env() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + f.dir, "KUBEBUILDER_ASSETS=" + f.assets,
	}
}

// fairlead runs a command against the hub and returns what it wrote to
// standard output; it must succeed.
func (f *fleet) fairlead(t *testing.T, args ...string) string {
	t.Helper()
	out, err := f.tryFairlead(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (f *fleet) tryFairlead(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(binDir, "fairlead"), args...)
	cmd.Env = append(f.env(), "KUBECONFIG="+f.kubeconfig())
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("fairlead %s: %w: %s", strings.Join(args, " "), err, problems.String())
	}
	return string(out), nil
}

func (f *fleet) connected(t *testing.T, name string) error {
	t.Helper()
	c := &fleetv1.Cluster{}
	if err := f.api.Get(t.Context(), client.ObjectKey{Namespace: "argocd", Name: name}, c); err != nil {
		return err
	}
	for _, condition := range c.Status.Conditions {
		if condition.Type == fleetv1.ClusterConnected && condition.Status == "True" {
			return nil
		}
	}
	tail := ""
	if a := f.agents[name]; a != nil {
		tail = a.LogTail(2000)
	}
	return fmt.Errorf("cluster %s is not connected: %+v; its agent's log ends:\n%s", name, c.Status, tail)
}

// connectedSince also wants the session to be a new one: what the API server
// says right after a restart may be of a former life of the hub.
func (f *fleet) connectedSince(t *testing.T, name string, since time.Time) error {
	t.Helper()
	c := &fleetv1.Cluster{}
	if err := f.api.Get(t.Context(), client.ObjectKey{Namespace: "argocd", Name: name}, c); err != nil {
		return err
	}
	if c.Status.Holder == "" || c.Status.LastSeen == nil || c.Status.LastSeen.Time.Before(since.Truncate(time.Second)) {
		return fmt.Errorf("cluster %s has not connected anew: %+v", name, c.Status)
	}
	return f.connected(t, name)
}

func newClient(t *testing.T, config *rest.Config) client.WithWatch {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme, fleetv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	config = rest.CopyConfig(config)
	config.WarningHandler = rest.NoWarnings{}
	c, err := client.NewWithWatch(config, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// eventually calls f until it returns nil, and fails the test with its last
// error when the time is up.
func eventually(t *testing.T, timeout time.Duration, f func() error) {
	t.Helper()
	deadline := time.Now().Add(timeout)
	for {
		err := f()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after %s: %v", timeout, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// always calls f for a while; it must return nil each time.
func always(t *testing.T, during time.Duration, f func() error) {
	t.Helper()
	for end := time.Now().Add(during); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if err := f(); err != nil {
			t.Fatal(err)
		}
	}
}
