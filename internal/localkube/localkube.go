package localkube

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"

	"github.com/fairlead/fairlead/internal/process"
)

// Mode says how much of Kubernetes runs.
type Mode int

const (
	// ControlPlane is API server and the few controllers that a hub needs:
	// namespaces, garbage collection, service accounts. It runs no pods.
	ControlPlane Mode = iota
	// Full adds all controllers, the scheduler and kwok. Nodes come with AddNode.
	Full
)

// Options of one cluster. Assets, Dir and Name are required.
type Options struct {
	// Assets is the directory of the Kubernetes binaries, see Assets.
	Assets string
	// Dir holds everything that the cluster keeps. It is made if missing.
	Dir string
	// Name is the context name in the kubeconfig and, on a shared etcd, the
	// key prefix. A DNS label.
	Name string
	Mode Mode
	// Etcd is shared by several clusters; nil starts one for this cluster.
	Etcd *Etcd
	// Fsync makes etcd survive a power cut. Tests leave it off for speed; a
	// shared Etcd has its own setting.
	Fsync bool
	// GCPercent is the GOGC of etcd and API server; 0 leaves Go's own 100. More
	// memory for less work: at 400 an API server takes a quarter more writes.
	GCPercent int
	// AuditLog, if not empty, is a file to which the API server writes one
	// JSON line per request (metadata only), see ReadAudit.
	AuditLog string
	// ReadyTimeout bounds each wait for readiness; 0 means 2 minutes.
	ReadyTimeout time.Duration
	Logger       logr.Logger
}

// Cluster is a running Kubernetes.
type Cluster struct {
	opts   Options
	unlock func()

	etcd      *Etcd
	ownsEtcd  bool
	apiserver *process.Process
	others    []*process.Process // clients of the API server: stopped before it
	config    *rest.Config
}

// Start brings a cluster up and returns when its API server is ready. On an
// error everything that had started is stopped again.
func Start(ctx context.Context, opts Options) (_ *Cluster, err error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("start kubernetes %s: %w", opts.Name, err)
		}
	}()
	unlock, err := process.Lock(opts.Dir)
	if err != nil {
		return nil, err
	}
	c := &Cluster{opts: opts, unlock: unlock, etcd: opts.Etcd}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Stop(context.WithoutCancel(ctx)))
		}
	}()
	creds, err := issueCredentials(opts.Dir, opts.Name, time.Now())
	if err != nil {
		return nil, err
	}
	if c.etcd == nil {
		c.etcd, err = StartEtcd(ctx, EtcdOptions{
			Assets: opts.Assets, Dir: filepath.Join(opts.Dir, "etcd"), Fsync: opts.Fsync,
			GCPercent: opts.GCPercent, ReadyTimeout: opts.ReadyTimeout, Logger: opts.Logger,
		})
		if err != nil {
			return nil, err
		}
		c.ownsEtcd = true
	}
	if err := c.startAPIServer(ctx, creds); err != nil {
		return nil, err
	}
	if err := c.startComponents(ctx, creds); err != nil {
		return nil, err
	}
	return c, nil
}

// Config for the cluster's administrator (group system:masters). The caller
// gets a copy and may change it.
func (c *Cluster) Config() *rest.Config { return rest.CopyConfig(c.config) }

// Kubeconfig is the path of the administrator's kubeconfig: a file without
// references to others, so it can be copied. Start rewrites it.
func (c *Cluster) Kubeconfig() string { return filepath.Join(c.opts.Dir, "admin.kubeconfig") }

// AuditLog is the path of the audit log, empty if there is none.
func (c *Cluster) AuditLog() string { return c.opts.AuditLog }

// Processes lists the cluster's children by name, for status pages and tests.
// A shared etcd is not among them.
func (c *Cluster) Processes() []*process.Process {
	var all []*process.Process
	if c.ownsEtcd {
		all = append(all, c.etcd.process)
	}
	if c.apiserver != nil {
		all = append(all, c.apiserver)
	}
	return append(all, c.others...)
}

// Stop ends the cluster: the clients of the API server first, then the API
// server, then its own etcd, because an API server without etcd hangs. What
// does not end in time is killed. The data directory stays.
func (c *Cluster) Stop(ctx context.Context) error {
	err := stopAll(ctx, c.others...)
	if c.apiserver != nil {
		err = errors.Join(err, c.apiserver.Stop(ctx))
	}
	if c.ownsEtcd {
		err = errors.Join(err, c.etcd.Stop(ctx))
	}
	c.unlock()
	return err
}

// stopAll stops processes side by side.
func stopAll(ctx context.Context, processes ...*process.Process) error {
	errs := make(chan error, len(processes))
	for _, p := range processes {
		go func() { errs <- p.Stop(ctx) }()
	}
	var all []error
	for range processes {
		all = append(all, <-errs)
	}
	return errors.Join(all...)
}

func (o *Options) check() error {
	if o.Assets == "" || o.Dir == "" || o.Name == "" {
		return errors.New("start kubernetes: assets, directory and name are required")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return err
	}
	o.Dir = dir
	if o.ReadyTimeout <= 0 {
		o.ReadyTimeout = 2 * time.Minute
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return err
	}
	need := []string{"etcd", "kube-apiserver", "kube-controller-manager"}
	if o.Mode == Full {
		need = append(need, "kube-scheduler", "kwok", stagesFile)
	}
	return requireAssets(o.Assets, need...)
}
