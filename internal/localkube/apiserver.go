package localkube

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/fairlead/fairlead/internal/process"
)

const (
	serviceRange   = "10.0.0.0/16"
	firstServiceIP = "10.0.0.1"
	issuer         = "https://kubernetes.default.svc"
)

func (c *Cluster) startAPIServer(ctx context.Context, creds *credentials) error {
	if c.opts.AuditLog != "" {
		if err := writeFile(c.auditPolicyPath(), []byte(auditPolicy)); err != nil {
			return err
		}
	}
	var probe http.Client // made for the ports of the current attempt
	var probed int
	p, ports, err := launch(ctx, c.opts.Dir, "kube-apiserver", 1, c.opts.ReadyTimeout,
		func(ports []int) process.Spec { return c.apiserverSpec(creds, ports[0]) },
		func(ctx context.Context, ports []int) error {
			if probed != ports[0] {
				config, err := c.adminConfig(creds, ports[0])
				if err != nil {
					return err
				}
				client, err := rest.HTTPClientFor(config)
				if err != nil {
					return err
				}
				probe, probed = *client, ports[0]
			}
			return getOK(ctx, &probe, "https://"+address(ports[0])+"/readyz")
		})
	if err != nil {
		return err
	}
	c.apiserver = p
	if c.config, err = c.adminConfig(creds, ports[0]); err != nil {
		return err
	}
	_, err = creds.writeKubeconfig(c.opts.Dir, c.opts.Name, c.config.Host, "admin")
	return err
}

func (c *Cluster) adminConfig(creds *credentials, port int) (*rest.Config, error) {
	kubeconfig := creds.kubeconfig(c.opts.Name, "https://"+address(port), "admin")
	return clientcmd.NewDefaultClientConfig(*kubeconfig, nil).ClientConfig()
}

func (c *Cluster) apiserverSpec(creds *credentials, port int) process.Spec {
	args := []string{
		"--etcd-servers=" + c.etcd.url,
		"--etcd-cafile=" + c.etcd.caPath,
		"--etcd-certfile=" + c.etcd.client.certPath,
		"--etcd-keyfile=" + c.etcd.client.keyPath,
		"--etcd-prefix=" + c.prefix(),
		"--bind-address=" + loopback,
		"--advertise-address=" + loopback,
		"--secure-port=" + strconv.Itoa(port),
		"--tls-cert-file=" + creds.apiserver.certPath,
		"--tls-private-key-file=" + creds.apiserver.keyPath,
		"--client-ca-file=" + creds.caPath,
		"--anonymous-auth=false",
		"--authorization-mode=RBAC",
		"--service-cluster-ip-range=" + serviceRange,
		"--service-account-issuer=" + issuer,
		"--service-account-key-file=" + creds.saKey,
		"--service-account-signing-key-file=" + creds.saKey,
		"--endpoint-reconciler-type=none",
		"--enable-priority-and-fairness=false",
		"--profiling=false",
	}
	if c.opts.AuditLog != "" {
		args = append(args, "--audit-log-path="+c.opts.AuditLog, "--audit-policy-file="+c.auditPolicyPath())
	}
	return c.spec("kube-apiserver", args, 5*time.Second)
}

// prefix of the cluster's keys: its own etcd needs none beyond the usual.
func (c *Cluster) prefix() string {
	if c.opts.Etcd == nil {
		return "/registry"
	}
	return "/" + c.opts.Name
}

func (c *Cluster) spec(name string, args []string, grace time.Duration) process.Spec {
	return process.Spec{
		Name: name, Path: filepath.Join(c.opts.Assets, name), Args: args,
		Env: childEnv(c.opts.Dir, c.opts.GCPercent), Dir: c.opts.Dir, Grace: grace,
		Logger: c.opts.Logger.WithValues("cluster", c.opts.Name),
	}
}

// Ready asks the API server for its readiness once.
func (c *Cluster) Ready(ctx context.Context) error {
	if err := c.get(ctx, "/readyz"); err != nil {
		return fmt.Errorf("kubernetes %s: %w", c.opts.Name, err)
	}
	return nil
}

func (c *Cluster) get(ctx context.Context, path string) error {
	client, err := rest.HTTPClientFor(c.config)
	if err != nil {
		return err
	}
	return getOK(ctx, client, c.config.Host+path)
}
