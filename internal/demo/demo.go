package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/examples"
	"github.com/fairlead/fairlead/internal/gitserver"
	"github.com/fairlead/fairlead/internal/localkube"
	"github.com/fairlead/fairlead/internal/process"
)

// Demo is a running fleet.
type Demo struct {
	opts  Options
	start time.Time
	say   *progress

	git  *gitserver.Server
	repo *gitserver.Repo
	hub  *process.Process
	// api reaches the hub's API server.
	api client.WithWatch

	mu       sync.Mutex
	etcd     *localkube.Etcd
	clusters map[string]*localkube.Cluster
	agents   map[string]*process.Process
}

// Start brings the fleet up, joins the clusters and applies the example's
// ApplicationSet. On an error everything that had started is stopped again.
func Start(ctx context.Context, opts Options) (_ *Demo, err error) {
	opts, err = opts.complete()
	if err != nil {
		return nil, err
	}
	d := &Demo{
		opts: opts, start: time.Now(), say: newProgress(opts.Progress),
		clusters: map[string]*localkube.Cluster{}, agents: map[string]*process.Process{},
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Stop(context.WithoutCancel(ctx)))
		}
	}()
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return nil, err
	}
	if err := d.startGit(ctx); err != nil {
		return nil, err
	}
	up, upCtx := errgroup.WithContext(ctx)
	up.Go(func() error { return d.startHub(upCtx) })
	up.Go(func() error { return d.startClusters(upCtx) })
	if err := up.Wait(); err != nil {
		return nil, err
	}
	if err := d.join(ctx); err != nil {
		return nil, err
	}
	return d, d.applySet(ctx)
}

// Stop ends the agents, the hub, the clusters and the Git server, in this
// order, and removes what the demo wrote.
func (d *Demo) Stop(ctx context.Context) error {
	d.say.line("stopping")
	var errs []error
	var wg sync.WaitGroup
	var mu sync.Mutex
	stop := func(f func(context.Context) error) {
		wg.Go(func() {
			if err := f(ctx); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	for _, a := range d.agents {
		stop(a.Stop)
	}
	wg.Wait()
	if d.hub != nil {
		stop(d.hub.Stop)
	}
	for _, c := range d.clusters {
		stop(c.Stop)
	}
	wg.Wait()
	if d.etcd != nil {
		stop(d.etcd.Stop)
	}
	if d.git != nil {
		stop(d.git.Close)
	}
	wg.Wait()
	return errors.Join(append(errs, os.RemoveAll(d.opts.Dir))...)
}

func (d *Demo) startGit(ctx context.Context) error {
	server, err := gitserver.Serve(filepath.Join(d.opts.Dir, "git"), "127.0.0.1:0")
	if err != nil {
		return err
	}
	d.git = server
	local, err := rewritten(examples.AIDeployments(), examples.RepoURL, server.URL(repository))
	if err != nil {
		return err
	}
	d.repo, err = server.NewRepo(ctx, repository, local)
	if err == nil {
		d.say.line("git server: %s", d.repo.URL())
	}
	return err
}

func (d *Demo) startClusters(ctx context.Context) error {
	dir := filepath.Join(d.opts.Dir, "clusters")
	etcd, err := localkube.StartEtcd(ctx, localkube.EtcdOptions{
		Assets: d.opts.Assets, Dir: filepath.Join(dir, "etcd"), Logger: d.opts.Logger,
	})
	if err != nil {
		return err
	}
	d.etcd = etcd
	up, ctx := errgroup.WithContext(ctx)
	for _, m := range members() {
		up.Go(func() error { return d.startCluster(ctx, dir, m) })
	}
	return up.Wait()
}

func (d *Demo) startCluster(ctx context.Context, dir string, m member) error {
	c, err := localkube.Start(ctx, localkube.Options{
		Assets: d.opts.Assets, Dir: filepath.Join(dir, m.name), Name: m.name,
		Mode: localkube.Full, Etcd: d.etcd, Logger: d.opts.Logger,
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.clusters[m.name] = c
	d.mu.Unlock()
	for _, n := range m.nodes {
		if err := c.AddNode(ctx, n); err != nil {
			return fmt.Errorf("cluster %s: %w", m.name, err)
		}
	}
	d.say.line("cluster %s: up, %d node(s)", m.name, len(m.nodes))
	return nil
}
