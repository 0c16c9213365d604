package localkube

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/go-logr/logr"

	"github.com/fairlead/fairlead/internal/process"
)

// EtcdOptions of one etcd. Assets and Dir are required.
type EtcdOptions struct {
	Assets, Dir string
	// Fsync makes every write durable before it is acknowledged. Without it a
	// killed etcd keeps its data, a machine without power may not.
	Fsync bool
	// GCPercent is the process's GOGC; 0 leaves Go's own 100.
	GCPercent    int
	ReadyTimeout time.Duration // 0 means 2 minutes
	Logger       logr.Logger
}

// Etcd is a running etcd with one member. Its own authority signs one client
// certificate; without it no other user of the machine can read the data.
type Etcd struct {
	process *process.Process
	unlock  func()
	url     string
	caPath  string
	client  *pair
}

// StartEtcd returns when etcd serves. Several clusters may share it, each
// under a prefix.
func StartEtcd(ctx context.Context, opts EtcdOptions) (_ *Etcd, err error) {
	if err := requireAssets(opts.Assets, "etcd"); err != nil {
		return nil, err
	}
	if opts.ReadyTimeout <= 0 {
		opts.ReadyTimeout = 2 * time.Minute
	}
	if opts.Dir, err = filepath.Abs(opts.Dir); err != nil {
		return nil, err
	}
	certs := filepath.Join(opts.Dir, "certs")
	if err := os.MkdirAll(certs, 0o700); err != nil {
		return nil, err
	}
	unlock, err := process.Lock(opts.Dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			unlock()
		}
	}()
	now := time.Now()
	ca, err := loadAuthority(certs, "ca", "etcd-ca", now)
	if err != nil {
		return nil, err
	}
	server, err := ca.issue("server", "etcd", "", now)
	if err != nil {
		return nil, err
	}
	e := &Etcd{unlock: unlock, caPath: filepath.Join(certs, "ca.crt")}
	if e.client, err = ca.issue("client", "kube-apiserver", "", now); err != nil {
		return nil, err
	}
	probe, err := e.probe(ca)
	if err != nil {
		return nil, err
	}
	defer probe.CloseIdleConnections()
	p, ports, err := launch(ctx, opts.Dir, "etcd", 2, opts.ReadyTimeout,
		func(ports []int) process.Spec { return etcdSpec(opts, e.caPath, server, ports) },
		func(ctx context.Context, ports []int) error {
			return getOK(ctx, probe, "https://"+address(ports[0])+"/health")
		})
	if err != nil {
		return nil, err
	}
	e.process, e.url = p, "https://"+address(ports[0])
	return e, nil
}

// Stop ends etcd; every API server on it must have been stopped before.
func (e *Etcd) Stop(ctx context.Context) error {
	defer e.unlock()
	return e.process.Stop(ctx)
}

func etcdSpec(opts EtcdOptions, ca string, server *pair, ports []int) process.Spec {
	client, peer := "https://"+address(ports[0]), "https://"+address(ports[1])
	args := []string{
		"--name=default",
		"--data-dir=" + filepath.Join(opts.Dir, "data"),
		"--listen-client-urls=" + client,
		"--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer,
		"--initial-advertise-peer-urls=" + peer,
		"--initial-cluster=default=" + peer,
		"--client-cert-auth", "--trusted-ca-file=" + ca,
		"--cert-file=" + server.certPath, "--key-file=" + server.keyPath,
		"--peer-client-cert-auth", "--peer-trusted-ca-file=" + ca,
		"--peer-cert-file=" + server.certPath, "--peer-key-file=" + server.keyPath,
		// 8 GiB, the most that etcd recommends: a fleet has many Applications
		// that change often, and etcd refuses every write at the limit.
		"--quota-backend-bytes=8589934592",
		"--log-level=warn",
	}
	if !opts.Fsync {
		args = append(args, "--unsafe-no-fsync")
	}
	return process.Spec{
		Name: "etcd", Path: filepath.Join(opts.Assets, "etcd"), Args: args,
		Env: childEnv(opts.Dir, opts.GCPercent), Dir: opts.Dir, Grace: 10 * time.Second, Logger: opts.Logger,
	}
}

func (e *Etcd) probe(ca *authority) (*http.Client, error) {
	cert, err := tls.X509KeyPair(e.client.cert, e.client.key)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)
	return &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{cert}}},
	}, nil
}

func getOK(ctx context.Context, client *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("get %s: %s", url, resp.Status)
	}
	return nil
}

// childEnv is all that a child sees of the environment.
func childEnv(home string, gcPercent int) []string {
	env := []string{"PATH=/usr/bin:/bin", "HOME=" + home, "TMPDIR=" + os.TempDir()}
	if gcPercent > 0 {
		env = append(env, "GOGC="+strconv.Itoa(gcPercent))
	}
	return env
}
