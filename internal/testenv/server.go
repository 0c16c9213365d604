package testenv

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/fairlead/fairlead/internal/localkube"
)

// server is what tests need to know of a shared API server.
type server struct{ kubeconfig, audit string }

func hubServer(t testing.TB) server {
	t.Helper()
	return shared.server(t, "hub", HubEnv, HubAuditEnv, func(ctx context.Context, p *Pool) (*localkube.Cluster, error) {
		return p.Hub(ctx)
	})
}

func clusterServer(t testing.TB, n int) server {
	t.Helper()
	if n < 1 || n > Clusters {
		t.Fatalf("cluster %d: there are clusters 1 to %d", n, Clusters)
	}
	return shared.server(t, fmt.Sprintf("cluster-%d", n), ClusterEnv(n), ClusterAuditEnv(n),
		func(ctx context.Context, p *Pool) (*localkube.Cluster, error) { return p.Cluster(ctx, n) })
}

// shared is the pool of this test process. It is process-wide because servers
// outlive single tests; Main empties it.
var shared processPool

type processPool struct {
	mu      sync.Mutex
	pool    *Pool
	servers map[string]*onceServer
}

type onceServer struct {
	once   sync.Once
	server server
	err    error
}

// server starts a server once, or takes it from the environment. Tests that
// need different servers do not wait for each other.
func (p *processPool) server(t testing.TB, name, env, auditEnv string,
	start func(context.Context, *Pool) (*localkube.Cluster, error),
) server {
	t.Helper()
	if path := os.Getenv(env); path != "" {
		return server{kubeconfig: path, audit: os.Getenv(auditEnv)}
	}
	p.mu.Lock()
	if p.servers == nil {
		p.servers = map[string]*onceServer{}
	}
	s := p.servers[name]
	if s == nil {
		s = &onceServer{}
		p.servers[name] = s
	}
	p.mu.Unlock()
	s.once.Do(func() {
		var pool *Pool
		if pool, s.err = p.get(); s.err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
		defer cancel()
		var cluster *localkube.Cluster
		if cluster, s.err = start(ctx, pool); s.err == nil {
			s.server = server{kubeconfig: cluster.Kubeconfig(), audit: cluster.AuditLog()}
		}
	})
	if s.err != nil {
		t.Fatalf("shared API server %s: %v", name, s.err)
	}
	return s.server
}

func (p *processPool) get() (*Pool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pool != nil {
		return p.pool, nil
	}
	dir, err := assets()
	if err != nil {
		return nil, err
	}
	p.pool, err = NewPool(context.Background(), dir, logr.Discard())
	return p.pool, err
}

// close stops everything and reports what could not be stopped.
func (p *processPool) close(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pool == nil {
		return nil
	}
	pool := p.pool
	p.pool, p.servers = nil, nil
	return pool.Close(ctx)
}

// Start runs a cluster of the test's own on the shared etcd; it is stopped at
// cleanup. Assets, Dir, Name, Etcd and AuditLog of the options are set here
// unless given.
func Start(t testing.TB, opts localkube.Options) *localkube.Cluster {
	t.Helper()
	opts.Assets = Assets(t)
	if opts.Dir == "" {
		opts.Dir = t.TempDir()
	}
	if opts.AuditLog == "" {
		opts.AuditLog = filepath.Join(opts.Dir, "audit.log")
	}
	if opts.Etcd == nil {
		pool, err := shared.get()
		if err != nil {
			t.Fatal(err)
		}
		opts.Etcd = pool.Etcd()
	}
	if opts.Name == "" {
		opts.Name = uniqueName(t)
	}
	cluster, err := localkube.Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := cluster.Stop(ctx); err != nil {
			t.Errorf("stop cluster: %v", err)
		}
	})
	return cluster
}
