package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"

	"github.com/fairlead/fairlead/internal/agent"
	"github.com/fairlead/fairlead/internal/agent/credential"
	"github.com/fairlead/fairlead/internal/agent/link"
	"github.com/fairlead/fairlead/internal/agent/reconcile"
	"github.com/fairlead/fairlead/internal/delivery"
)

// Environment that stands in for flags.
const (
	envToken      = "FAIRLEAD_JOIN_TOKEN"
	envKubeconfig = "KUBECONFIG"
)

// options of the command line.
type options struct {
	join       string
	dataDir    string
	kubeconfig string
	namespace  string
	healthAddr string
	logFormat  string
	logLevel   int
	workers    int
	// impersonation of service accounts that projects name.
	impersonation string
}

func newCommand(getenv func(string) string, errs io.Writer) *cobra.Command {
	var o options
	command := &cobra.Command{
		Use:   "fairlead-agent",
		Short: "Keep this cluster as the hub's applications have it",
		Long: `fairlead-agent pulls the applications of its cluster from the hub, fetches
them from Git, applies them, heals drift and reports. It starts from its data
directory and needs the hub only to learn what is new.

The first time it needs a join token: "fairlead cluster add NAME" at the hub
prints the whole command. The token may also stand in ` + envToken + `.`,
		Args:          cobra.NoArgs,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.join == "" {
				o.join = getenv(envToken)
			}
			if o.kubeconfig == "" {
				o.kubeconfig = getenv(envKubeconfig)
			}
			log, err := newLogger(errs, o.logFormat, o.logLevel)
			if err != nil {
				return err
			}
			klog.SetLogger(log.WithName("client-go").V(2))
			return start(cmd.Context(), o, log)
		},
	}
	flags := command.Flags()
	flags.StringVar(&o.join, "join", "", "join `TOKEN`; ignored once this agent has joined the same hub")
	flags.StringVar(&o.dataDir, "data-dir", "/var/lib/fairlead-agent", "`DIR` for identity, desired set, inventories and the Git cache")
	flags.StringVar(&o.kubeconfig, "kubeconfig", "", "kubeconfig `FILE` of the cluster to manage; without one, the cluster that this pod runs in")
	flags.StringVar(&o.namespace, "namespace", agent.DefaultNamespace, "`NAMESPACE` for the agent's lease, key and inventories; made if missing")
	flags.StringVar(&o.healthAddr, "health-addr", ":8081", "`ADDRESS` of /livez and /readyz; 0 for none")
	flags.StringVar(&o.logFormat, "log-format", "json", "json or text")
	flags.IntVar(&o.logLevel, "log-level", 0, "0 says what happens, 1 also requests that are repeated, 2 also what client-go says")
	flags.IntVar(&o.workers, "workers", 4, "how many applications are worked on at once")
	flags.StringVar(&o.impersonation, "impersonation", "off", "who applies where a project has destinationServiceAccounts: off (the agent), enforced (the matching account, or nobody), preferred (the matching account, or the agent)")
	return command
}

// start joins if need be, and runs.
func start(ctx context.Context, o options, log logr.Logger) error {
	cfg, err := clusterConfig(o.kubeconfig)
	if err != nil {
		return err
	}
	identity, err := identify(ctx, o, log)
	if err != nil {
		return err
	}
	a, err := agent.New(agent.Options{
		RestConfig: cfg, Credentials: identity, DataDir: o.dataDir, Namespace: o.namespace,
		Impersonation: reconcile.Impersonation(o.impersonation), Workers: o.workers, Proxy: http.ProxyFromEnvironment, Version: version, Logger: log,
		AtRest: debug.FreeOSMemory,
	})
	if err != nil {
		return err
	}
	stop, err := serveHealth(o.healthAddr, a, log)
	if err != nil {
		return &runError{err}
	}
	defer stop()
	log.Info("fairlead-agent starts", "version", version, "cluster", identity.Cluster(), "hub", identity.Endpoint(), "dataDir", o.dataDir)
	if err := a.Run(ctx); err != nil {
		return &runError{err}
	}
	log.Info("fairlead-agent stopped")
	return nil
}

// identify reads the identity, or joins with the token.
func identify(ctx context.Context, o options, log logr.Logger) (*credential.File, error) {
	if o.join == "" {
		identity, err := credential.Load(o.dataDir)
		if err != nil {
			return nil, err
		}
		if identity == nil {
			return nil, fmt.Errorf("no identity in %s: pass --join TOKEN; \"fairlead cluster add NAME\" at the hub prints one", filepath.Clean(o.dataDir))
		}
		return identity, nil
	}
	identity, err := credential.Join(ctx, credential.JoinOptions{
		Token: o.join, Dir: o.dataDir, Version: version, Time: delivery.NewAgentTime(time.Now),
		Proxy: http.ProxyFromEnvironment, Logger: log, Wait: link.Backoff{}.Wait,
	})
	if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, credential.ErrToken) {
		return nil, &runError{err}
	}
	return identity, err
}

// clusterConfig reads a kubeconfig, or the pod's own service account.
func clusterConfig(kubeconfig string) (*rest.Config, error) {
	if kubeconfig == "" {
		cfg, err := rest.InClusterConfig()
		if err != nil {
			return nil, fmt.Errorf("no cluster to manage: pass --kubeconfig FILE, or run in a pod: %w", err)
		}
		return cfg, nil
	}
	if _, err := os.Stat(kubeconfig); err != nil {
		return nil, fmt.Errorf("read kubeconfig: %w", err)
	}
	cfg, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("read kubeconfig %s: %w", kubeconfig, err)
	}
	return cfg, nil
}
