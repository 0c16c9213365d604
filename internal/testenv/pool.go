package testenv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/go-logr/logr"

	"github.com/fairlead/fairlead/internal/localkube"
	"github.com/fairlead/fairlead/internal/process"
)

// dirPattern names the directory of a pool below the temporary directory.
const dirPattern = "fairlead-testenv-"

// Pool is a set of API servers on one etcd without fsync, in a directory of
// their own. A test process has one; test/suite has one for all of them.
type Pool struct {
	assets, dir string
	logger      logr.Logger
	etcd        *localkube.Etcd
	unlock      func()

	mu      sync.Mutex
	running []*localkube.Cluster
}

// NewPool starts the etcd. It first removes directories that earlier pools
// could not remove themselves.
func NewPool(ctx context.Context, assets string, logger logr.Logger) (_ *Pool, err error) {
	removeAbandoned()
	dir, err := os.MkdirTemp("", dirPattern)
	if err != nil {
		return nil, err
	}
	p := &Pool{assets: assets, dir: dir, logger: logger}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	if p.unlock, err = process.Lock(dir); err != nil {
		return nil, err
	}
	p.etcd, err = localkube.StartEtcd(ctx, localkube.EtcdOptions{
		Assets: assets, Dir: filepath.Join(dir, "etcd"), Logger: logger,
	})
	if err != nil {
		return nil, fmt.Errorf("start etcd for tests: %w", err)
	}
	return p, nil
}

// Etcd of the pool, for further clusters.
func (p *Pool) Etcd() *localkube.Etcd { return p.etcd }

// Hub starts the hub's API server. Call it once.
func (p *Pool) Hub(ctx context.Context) (*localkube.Cluster, error) {
	return p.start(ctx, "hub", localkube.ControlPlane)
}

// Cluster starts full cluster n with its node. Call it once per n.
func (p *Pool) Cluster(ctx context.Context, n int) (*localkube.Cluster, error) {
	c, err := p.start(ctx, fmt.Sprintf("cluster-%d", n), localkube.Full)
	if err != nil {
		return nil, err
	}
	node := localkube.Node{Name: "node-1"}
	if n == 1 {
		node.Capacity = map[string]string{"nvidia.com/gpu": "8"}
	}
	return c, c.AddNode(ctx, node)
}

func (p *Pool) start(ctx context.Context, name string, mode localkube.Mode) (*localkube.Cluster, error) {
	dir := filepath.Join(p.dir, name)
	c, err := localkube.Start(ctx, localkube.Options{
		Assets: p.assets, Dir: dir, Name: name, Mode: mode, Etcd: p.etcd,
		AuditLog: filepath.Join(dir, "audit.log"), Logger: p.logger,
	})
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = append(p.running, c)
	return c, nil
}

// Close stops all servers side by side, then the etcd, and removes the
// directory.
func (p *Pool) Close(ctx context.Context) error {
	p.mu.Lock()
	running := p.running
	p.running = nil
	p.mu.Unlock()
	errs := make(chan error, len(running))
	for _, c := range running {
		go func() { errs <- c.Stop(ctx) }()
	}
	var all []error
	for range running {
		all = append(all, <-errs)
	}
	all = append(all, p.etcd.Stop(ctx))
	p.unlock()
	return errors.Join(append(all, os.RemoveAll(p.dir))...)
}

// removeAbandoned removes the directories of pools whose process is gone: a
// lock that can be taken has no owner. Failures do not matter here, the next
// pool tries again.
func removeAbandoned() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), dirPattern+"*"))
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "lock")); err != nil {
			continue // another pool is being made
		}
		if unlock, err := process.Lock(dir); err == nil {
			_ = os.RemoveAll(dir)
			unlock()
		}
	}
}
