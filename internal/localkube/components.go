package localkube

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/process"
)

// hubControllers are what an API server without workloads needs: namespaces
// that end, owners that are followed, service accounts with tokens and the
// root certificate, and aggregated roles (so that view and edit can grow).
var hubControllers = []string{
	"namespace-controller",
	"garbage-collector-controller",
	"serviceaccount-controller",
	"serviceaccount-token-controller",
	"root-ca-certificate-publisher-controller",
	"clusterrole-aggregation-controller",
}

// startComponents starts the API server's clients. They connect on their own
// time, so there is nothing to wait for, but one that ends at once (a flag of
// another version, say) is reported here.
func (c *Cluster) startComponents(ctx context.Context, creds *credentials) error {
	commands := map[string]func(kubeconfig string) []string{
		"kube-controller-manager": func(k string) []string { return c.controllerManagerArgs(creds, k) },
	}
	order := []string{"kube-controller-manager"}
	if c.opts.Mode == Full {
		commands["kube-scheduler"] = schedulerArgs
		commands["kwok"] = func(k string) []string { return kwokArgs(c.opts.Assets, k) }
		order = append(order, "kube-scheduler", "kwok")
	}
	for _, name := range order {
		kubeconfig, err := creds.writeKubeconfig(c.opts.Dir, c.opts.Name, c.config.Host, name)
		if err != nil {
			return err
		}
		p, err := process.Start(ctx, c.spec(name, commands[name](kubeconfig), 3*time.Second))
		if err != nil {
			return err
		}
		c.others = append(c.others, p)
	}
	return c.awaitServiceAccounts(ctx)
}

func (c *Cluster) controllerManagerArgs(creds *credentials, kubeconfig string) []string {
	controllers := "*"
	if c.opts.Mode == ControlPlane {
		controllers = strings.Join(hubControllers, ",")
	}
	return []string{
		"--kubeconfig=" + kubeconfig,
		"--authentication-kubeconfig=" + kubeconfig,
		"--authorization-kubeconfig=" + kubeconfig,
		"--controllers=" + controllers,
		"--service-account-private-key-file=" + creds.saKey,
		"--root-ca-file=" + creds.caPath,
		"--use-service-account-credentials=false",
		"--service-cluster-ip-range=" + serviceRange,
		"--leader-elect=false",
		"--bind-address=" + loopback,
		"--secure-port=0",
		"--kube-api-qps=200", "--kube-api-burst=400",
		"--profiling=false",
	}
}

func schedulerArgs(kubeconfig string) []string {
	return []string{
		"--kubeconfig=" + kubeconfig,
		"--authentication-kubeconfig=" + kubeconfig,
		"--authorization-kubeconfig=" + kubeconfig,
		"--leader-elect=false",
		"--bind-address=" + loopback,
		"--secure-port=0",
		"--kube-api-qps=200", "--kube-api-burst=400",
		"--profiling=false",
	}
}

// kwokArgs: the lease is renewed four times per duration; node-lifecycle
// calls a node lost after 50 s without one.
func kwokArgs(assets, kubeconfig string) []string {
	return []string{
		"--kubeconfig=" + kubeconfig,
		"--config=" + filepath.Join(assets, stagesFile),
		"--manage-all-nodes=true",
		"--node-lease-duration-seconds=40",
	}
}

// awaitServiceAccounts waits for the sign of life of the controller manager:
// the default service account, without which no pod can be made.
func (c *Cluster) awaitServiceAccounts(ctx context.Context) error {
	manager := c.others[0]
	err := awaitReady(ctx, manager, c.opts.ReadyTimeout, func(ctx context.Context) error {
		return c.get(ctx, "/api/v1/namespaces/default/serviceaccounts/default")
	})
	if err != nil {
		return err
	}
	for _, p := range c.others {
		if n, exit := p.Exits(); n > 0 {
			return fmt.Errorf("%s ended at start (%w), log %s ends with:\n%s", p.Name(), exit, p.LogPath(), p.LogTail(4096))
		}
	}
	return nil
}
