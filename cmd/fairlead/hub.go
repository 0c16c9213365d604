package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap/zapcore"
	"golang.org/x/sync/errgroup"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/fairlead/fairlead/internal/agent"
	"github.com/fairlead/fairlead/internal/hub"
	"github.com/fairlead/fairlead/internal/localkube"
)

// hubStopPatience bounds how long the embedded API server takes to end.
const hubStopPatience = 25 * time.Second

// hubCommand is what `fairlead hub` was told.
type hubCommand struct {
	flags    hubFlags
	embedded bool
	replica  string
	scm      bool
	options  hub.Options
}

func newHubCommand(s streams) *cobra.Command {
	h := &hubCommand{}
	c := &cobra.Command{
		Use:   "hub",
		Short: "Run the hub",
		Long:  "Run the hub against the API server of a kubeconfig or of the cluster it runs in,\nor, with --embedded, against one that it runs itself below --data-dir.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return h.run(cmd.Context(), s)
		},
	}
	h.flags.bind(c)
	f, o := c.Flags(), &h.options
	f.BoolVar(&h.embedded, "embedded", false, "run etcd, kube-apiserver and kube-controller-manager below --data-dir")
	f.StringVar(&o.DataDir, "data-dir", "", "folder for the embedded API server and for caches (required with --embedded)")
	f.StringVar(&h.replica, "replica", "", "name of this process among the hub's replicas (default: host name)")
	f.StringSliceVar(&o.OwnNamespaces, "namespaces", nil, "serve these namespaces only; needed beside an Argo CD that serves others")
	f.StringVar(&o.Delivery.Addr, "delivery-addr", ":8443", "address that agents are served on")
	f.StringVar(&o.Delivery.URL, "delivery-url", "", "URL that agents dial (default: https:// and the address served on)")
	f.StringSliceVar(&o.Delivery.Names, "delivery-name", nil, "further host names and IPs of the delivery endpoint")
	f.StringVar(&o.MetricsAddr, "metrics-addr", ":8080", "address of Prometheus metrics; 0 for none")
	f.StringVar(&o.HealthAddr, "health-addr", ":8081", "address of /healthz and /readyz; 0 for none")
	f.StringVar(&o.WebhookAddr, "webhook-addr", ":8082", "address that takes hooks of Git hosts, at /api/webhook; 0 for none")
	f.StringSliceVar(&o.Sets.Namespaces, "applicationset-namespaces", nil, "further namespaces whose ApplicationSets are served: globs, or /regular expressions/")
	f.StringSliceVar(&o.Sets.SCMProviders, "allowed-scm-providers", nil, "API addresses that scmProvider and pullRequest generators may name (default: any but this machine's)")
	f.BoolVar(&h.scm, "enable-scm-providers", true, "let ApplicationSets use scmProvider and pullRequest generators")
	f.BoolVar(&o.Sets.TokenRefStrictMode, "token-ref-strict-mode", false, "let those generators use Secrets only that carry argocd.argoproj.io/secret-type: scm-creds")
	f.BoolVar(&o.Sets.Expand.NewGitFileGlobbing, "enable-new-git-file-globbing", false, "match Git files with path globs in place of Git's own patterns")
	f.BoolVar(&o.Sets.Expand.IncludeHiddenDirectories, "include-hidden-directories", false, "let Git directory generators see names that start with a dot")
	f.DurationVar(&o.Resolver.Interval, "revision-interval", 3*time.Minute, "how often servers of sources are asked what a revision means")
	bindDeletions(f, &o.Sets.Deletions)
	return c
}

func (h *hubCommand) run(ctx context.Context, s streams) error {
	log := logTo(s.err, zapcore.InfoLevel)
	ctrllog.SetLogger(log)
	opts := h.options
	opts.Logger, opts.Namespace, opts.Sets.NoSCMProviders = log, h.flags.namespace, !h.scm
	if opts.Replica = h.replica; opts.Replica == "" {
		name, err := os.Hostname()
		if err != nil {
			return err
		}
		opts.Replica = name
	}
	if h.embedded {
		return runEmbedded(ctx, opts)
	}
	config, err := h.flags.config()
	if err != nil {
		return err
	}
	opts.RestConfig, opts.LeaderElection = config, true
	if opts.DataDir == "" {
		if opts.DataDir, err = os.MkdirTemp("", "fairlead-hub-"); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(opts.DataDir) }() // caches only
	}
	replica, err := hub.New(ctx, opts)
	if err != nil {
		return err
	}
	return replica.Run(ctx)
}

// runEmbedded runs the API server, the hub on it, and the agent of the hub's
// own cluster; they end in the opposite order.
func runEmbedded(ctx context.Context, opts hub.Options) (err error) {
	if opts.DataDir == "" {
		return exitf(codeUsage, "--embedded needs --data-dir: the folder that holds the fleet's state")
	}
	assets, err := localkube.Assets()
	if err != nil {
		return exitf(codeUsage, "%w", err)
	}
	kube, err := localkube.Start(ctx, localkube.Options{
		Assets: assets, Dir: opts.DataDir, Name: "hub", Mode: localkube.ControlPlane, Fsync: true, GCPercent: 400,
		Logger: opts.Logger.WithName("kube"),
	})
	if err != nil {
		return err
	}
	defer func() {
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hubStopPatience)
		defer cancel()
		err = errors.Join(err, kube.Stop(stopCtx))
	}()
	opts.RestConfig = kube.Config()
	replica, err := hub.New(ctx, opts)
	if err != nil {
		return err
	}
	opts.Logger.Info("embedded API server is up", "kubeconfig", kube.Kubeconfig())
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return replica.Run(ctx) })
	group.Go(func() error { return runInCluster(ctx, replica, opts) })
	return group.Wait()
}

// runInCluster runs the agent of the hub's own cluster inside this process. It
// delivers what a hub can hold; there are no nodes for anything else.
func runInCluster(ctx context.Context, replica *hub.Hub, opts hub.Options) error {
	select {
	case <-ctx.Done():
		return nil
	case <-replica.Serving():
	}
	err := agent.Run(ctx, agent.Options{
		RestConfig: opts.RestConfig, Credentials: replica.InCluster(), DataDir: filepath.Join(opts.DataDir, "agent"),
		Namespace: agent.DefaultNamespace, Allow: hubKindsOnly, NoLease: true,
		Version: version, Logger: opts.Logger.WithName("in-cluster"),
	})
	if err != nil {
		return fmt.Errorf("agent of the hub's own cluster: %w", err)
	}
	return nil
}
