package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent"
	"github.com/fairlead/fairlead/internal/agent/link"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/gitserver"
)

// restartTimes is what a reconcile that finds nothing to do may take after a
// restart, as a multiple of what kubectl takes to apply the same again.
const restartTimes = 0.3

// agentRestart is a whole agent that starts from its disk, until it has said of
// every Application how it stands, against kubectl applying the same again.
func agentRestart(objects int) func() (job, error) {
	return func() (job, error) {
		b, err := startBare()
		if err != nil {
			return job{}, err
		}
		r := &restarts{bareSite: b, apps: objects / objectsPerApp}
		stop := func() {
			if r.git != nil {
				_ = r.git.Close(context.Background()) // its folder goes with the site's
			}
			b.stop()
		}
		if err := r.prepare(); err != nil {
			stop()
			return job{}, err
		}
		return job{applications: r.apps, stop: stop, whole: func(options) (figures, error) { return r.measure(objects) }}, nil
	}
}

// restarts are agents one after the other on one data directory.
type restarts struct {
	*bareSite
	apps int
	git  *gitserver.Server
	set  delivery.Set
}

func (r *restarts) prepare() (err error) {
	ctx := context.Background()
	if r.git, err = gitserver.Serve(filepath.Join(r.dir, "git"), "127.0.0.1:0"); err != nil {
		return err
	}
	repo, err := r.git.NewRepo(ctx, "apps", repository(r.apps))
	if err != nil {
		return err
	}
	head, err := repo.Head(ctx, "main")
	if err != nil {
		return err
	}
	r.set.Position = delivery.Position{Epoch: 1, Generation: 1}
	for i := range r.apps {
		app := application(i, repo.URL(), siteCluster, "apps")
		app.UID = types.UID(fmt.Sprintf("uid-%d", i))
		raw, err := delivery.Canonical(app)
		if err != nil {
			return err
		}
		r.set.Bundles = append(r.set.Bundles, delivery.Stamp(&deliveryv1.Bundle{
			Namespace: app.Namespace, Name: app.Name, Uid: string(app.UID), Application: raw,
			Project: []byte(`{"sourceRepos":["*"],"destinations":[{"server":"*","name":"*","namespace":"*"}],"clusterResourceWhitelist":[{"group":"*","kind":"*"}]}`),
			Pins:    []*deliveryv1.PinnedSource{{RepoUrl: repo.URL(), TargetRevision: "main", Revision: head}},
		}))
	}
	return r.runAgent(synced) // the first apply, outside the clock
}

func (r *restarts) measure(objects int) (figures, error) {
	_, file, err := r.stream(objects)
	if err != nil {
		return figures{}, err
	}
	namespace, err := r.namespace()
	if err != nil {
		return figures{}, err
	}
	if err := r.kubectl(file, namespace); err != nil {
		return figures{}, err
	}
	var ours, theirs []float64
	for range applyRounds {
		o, err := timed(func() error { return r.runAgent(synced) })
		if err != nil {
			return figures{}, err
		}
		k, err := timed(func() error { return r.kubectl(file, namespace) })
		if err != nil {
			return figures{}, err
		}
		ours, theirs = append(ours, o), append(theirs, k)
	}
	return versus(ours, theirs, check{What: "of kubectl's second apply", Most: restartTimes, Unit: " x"}), nil
}

// synced tells whether a report says so; health is not waited for, since this
// API server runs no pods.
func synced(report *deliveryv1.ApplicationReport) bool {
	var status v1alpha1.ApplicationStatus
	return json.Unmarshal(report.GetStatus(), &status) == nil && status.Sync.Status == v1alpha1.SyncStatusCodeSynced
}

// runAgent until it has reported every Application as done; the time to stop
// counts too.
func (r *restarts) runAgent(done func(*deliveryv1.ApplicationReport) bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), sitePatience)
	defer cancel()
	hub := &stubHub{set: r.set, waiting: map[string]bool{}, done: done, all: cancel}
	for _, b := range r.set.Bundles {
		hub.waiting[b.GetName()] = true
	}
	err := agent.Run(ctx, agent.Options{RestConfig: r.kube.Config(), Hub: hub, DataDir: filepath.Join(r.dir, "agent"), Version: "bench"})
	if err != nil {
		return err
	}
	if left := hub.left(); left > 0 {
		return fmt.Errorf("%d of %d applications were not reported as synced", left, r.apps)
	}
	return nil
}

// stubHub is a hub in memory with a set that does not change.
type stubHub struct {
	set  delivery.Set
	done func(*deliveryv1.ApplicationReport) bool
	all  func()

	mu      sync.Mutex
	waiting map[string]bool
}

func (h *stubHub) left() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.waiting)
}

func (h *stubHub) Watch(ctx context.Context, have delivery.Have) (link.Session, error) {
	ctx, end := context.WithCancel(ctx)
	return &stubSession{hub: h, ctx: ctx, end: end, has: maps.Clone(have.Digests)}, nil
}

// stubSession answers once.
type stubSession struct {
	hub  *stubHub
	ctx  context.Context
	end  func()
	has  map[string][]byte
	told bool
}

func (s *stubSession) Next() (*deliveryv1.WatchResponse, error) {
	if s.told {
		<-s.ctx.Done()
		return nil, io.EOF
	}
	s.told = true
	messages := delivery.Diff(s.has, s.hub.set).Messages()
	if len(messages) != 1 {
		return nil, errors.New("the set is too large for one message")
	}
	messages[0].FleetId = "bench"
	return messages[0], nil
}

func (s *stubSession) Report(_ context.Context, r *deliveryv1.ReportRequest) error {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for _, a := range r.GetApplications() {
		if s.hub.done(a) {
			delete(s.hub.waiting, a.GetName())
		}
	}
	if len(s.hub.waiting) == 0 {
		s.hub.all()
	}
	return nil
}

// Answer implements link.Session; nothing is asked.
func (*stubSession) Answer(context.Context, *deliveryv1.AnswerRequest) error { return nil }

func (s *stubSession) Close() { s.end() }
