package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	fleetv1alpha1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/gitserver"
	"github.com/fairlead/fairlead/internal/localkube"
	"github.com/fairlead/fairlead/internal/process"
)

const (
	// agentBinary is the program under test; `make bench` builds it.
	agentBinary = "bin/fairlead-agent"
	siteCluster = "edge-1"
	siteApps    = 50
	// sitePatience bounds the wait for what hub and agent are to do.
	sitePatience = 5 * time.Minute
)

// agentSite is a cluster with the real agent, its hub and its Git server, all
// children of this process, and siteApps Applications that are Healthy.
type agentSite struct {
	dir, assets string
	git         *gitserver.Server
	hub, agent  *process.Process
	kube        *localkube.Cluster
	// api reaches the hub.
	api client.WithWatch
}

// startSite returns when every Application is Synced and Healthy.
func startSite() (_ *agentSite, err error) {
	s := &agentSite{}
	if s.assets, err = localkube.Assets(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "fairlead-bench-agent"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), sitePatience)
	defer cancel()
	if s.git, err = gitserver.Serve(filepath.Join(s.dir, "git"), "127.0.0.1:0"); err != nil {
		return nil, err
	}
	repo, err := s.git.NewRepo(ctx, "apps", repository(siteApps))
	if err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{s.startHub, s.startKube, s.joinAgent} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	for i := range siteApps {
		if err := s.api.Create(ctx, application(i, repo.URL(), siteCluster, appName(i))); err != nil {
			return nil, err
		}
	}
	return s, s.awaitHealthy(ctx)
}

func (s *agentSite) startHub(ctx context.Context) (err error) {
	s.hub, err = s.child(ctx, "hub", binary, "hub", "--embedded", "--data-dir", filepath.Join(s.dir, "hub"),
		"--delivery-addr", "127.0.0.1:0", "--metrics-addr", "0", "--health-addr", "0", "--webhook-addr", "0")
	if err != nil {
		return err
	}
	return wait.PollUntilContextCancel(ctx, 200*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		config, err := clientcmd.BuildConfigFromFlags("", s.hubKubeconfig())
		if err != nil {
			return false, nil
		}
		if s.api, err = siteClient(config); err != nil {
			return false, nil
		}
		_, err = s.fairlead(ctx, "cluster", "list")
		return err == nil, nil
	})
}

func (s *agentSite) startKube(ctx context.Context) (err error) {
	s.kube, err = localkube.Start(ctx, localkube.Options{
		Assets: s.assets, Dir: filepath.Join(s.dir, "kube"), Name: siteCluster, Mode: localkube.Full,
		AuditLog: filepath.Join(s.dir, "audit.log"), Logger: logr.Discard(),
	})
	if err != nil {
		return err
	}
	return s.kube.AddNode(ctx, localkube.Node{Name: "node-1"})
}

func (s *agentSite) joinAgent(ctx context.Context) error {
	var token string
	err := wait.PollUntilContextCancel(ctx, 500*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		out, err := s.fairlead(ctx, "cluster", "add", siteCluster, "-o", "token")
		token = strings.TrimSpace(out)
		return err == nil, nil
	})
	if err != nil {
		return fmt.Errorf("add the cluster: %w; the hub's log ends:\n%s", err, s.hub.LogTail(2000))
	}
	return s.startAgent(ctx, "--join", token)
}

// startAgent with what any agent is started with, and more.
func (s *agentSite) startAgent(ctx context.Context, more ...string) (err error) {
	s.agent, err = s.child(ctx, "agent", agentBinary, append([]string{
		"--kubeconfig", s.kube.Kubeconfig(), "--data-dir", filepath.Join(s.dir, "agent-data"), "--health-addr", "0",
	}, more...)...)
	return err
}

func (s *agentSite) child(ctx context.Context, name, path string, args ...string) (*process.Process, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return process.Start(ctx, process.Spec{
		Name: name, Path: path, Dir: s.dir, Env: s.env(), Args: args, Grace: 30 * time.Second, Logger: logr.Discard(),
	})
}

func (s *agentSite) env() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "TMPDIR=" + s.dir, "KUBEBUILDER_ASSETS=" + s.assets,
		"KUBECONFIG=" + s.hubKubeconfig(),
	}
}

func (s *agentSite) hubKubeconfig() string { return filepath.Join(s.dir, "hub", "admin.kubeconfig") }

func (s *agentSite) fairlead(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = s.env()
	out, err := cmd.Output()
	return string(out), err
}

func siteClient(config *rest.Config) (client.WithWatch, error) {
	ctrllog.SetLogger(logr.Discard())
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme), fleetv1alpha1.AddToScheme(scheme)); err != nil {
		return nil, err
	}
	config = rest.CopyConfig(config)
	config.QPS, config.WarningHandler = -1, rest.NoWarnings{}
	return client.NewWithWatch(config, client.Options{Scheme: scheme})
}

// awaitHealthy waits until the hub says so of every Application.
func (s *agentSite) awaitHealthy(ctx context.Context) error {
	done := 0
	err := wait.PollUntilContextCancel(ctx, time.Second, true, func(ctx context.Context) (bool, error) {
		var apps v1alpha1.ApplicationList
		if err := s.api.List(ctx, &apps, client.InNamespace(hubNamespace)); err != nil {
			return false, err
		}
		done = 0
		for _, app := range apps.Items {
			if app.Status.Sync.Status == v1alpha1.SyncStatusCodeSynced && app.Status.Health.Status == v1alpha1.HealthStatusHealthy {
				done++
			}
		}
		return done == siteApps, nil
	})
	if err != nil {
		return fmt.Errorf("%d of %d applications are Synced and Healthy: %w; the agent's log ends:\n%s", done, siteApps, err, s.agent.LogTail(2000))
	}
	return nil
}

// stop what startSite started, as far as it came.
func (s *agentSite) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var errs []error
	for _, p := range []*process.Process{s.agent, s.hub} {
		if p != nil {
			errs = append(errs, p.Stop(ctx))
		}
	}
	if s.kube != nil {
		errs = append(errs, s.kube.Stop(ctx))
	}
	if s.git != nil {
		errs = append(errs, s.git.Close(ctx))
	}
	if err := errors.Join(append(errs, os.RemoveAll(s.dir))...); err != nil {
		fmt.Fprintln(os.Stderr, "bench: stop the site:", err)
	}
}
