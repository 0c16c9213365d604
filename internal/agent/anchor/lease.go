package anchor

import (
	"context"
	"fmt"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/klog/v2"
)

// How long a silent agent keeps the lease, how long a holder tries to renew it,
// and how often: the only request of an idle agent that is not a watch.
const (
	leaseDuration = 45 * time.Second
	renewDeadline = 30 * time.Second
	retryPeriod   = 10 * time.Second
)

// Hold waits for the lease, runs work while it is held, and gives it back once
// work has returned, never before. The context given to work ends when the
// lease is lost or ctx ends. An agent that comes back under the same identity
// takes its own lease up at once.
func (a *Anchor) Hold(ctx context.Context, identity string, work func(ctx context.Context) error) error {
	if err := a.ensureNamespace(ctx); err != nil {
		return err
	}
	// The elector outlives ctx for as long as work needs to stop.
	electing, release := context.WithCancel(klog.NewContext(context.WithoutCancel(ctx), a.log.V(1)))
	defer release()
	h := &holder{ctx: ctx, work: work, release: release, ended: make(chan struct{})}
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock: &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Name: Lease, Namespace: a.namespace},
			Client:     a.leases,
			LockConfig: resourcelock.ResourceLockConfig{Identity: identity},
		},
		LeaseDuration: leaseDuration, RenewDeadline: renewDeadline, RetryPeriod: retryPeriod,
		ReleaseOnCancel: true, Name: Lease,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: h.lead,
			OnStoppedLeading: func() {},
			OnNewLeader: func(other string) {
				if other != identity {
					a.log.Info("another agent holds the lease; this one stands by", "lease", a.namespace+"/"+Lease, "holder", other)
				}
			},
		},
	})
	if err != nil {
		return fmt.Errorf("lease %s/%s: %w", a.namespace, Lease, err)
	}
	defer context.AfterFunc(ctx, h.giveUp)()
	elector.Run(electing)
	return h.wait()
}

// holder runs work for as long as the lease is held.
type holder struct {
	ctx     context.Context
	work    func(ctx context.Context) error
	release context.CancelFunc

	mu      sync.Mutex
	started bool
	ended   chan struct{}
	err     error
}

// lead is called when the lease is held; leading ends when it is lost.
func (h *holder) lead(leading context.Context) {
	defer h.release()
	h.mu.Lock()
	if leading.Err() != nil {
		h.mu.Unlock()
		return
	}
	h.started = true
	h.mu.Unlock()
	defer close(h.ended)
	ctx, cancel := context.WithCancel(leading)
	defer cancel()
	defer context.AfterFunc(h.ctx, cancel)()
	h.err = h.work(ctx)
}

// giveUp ends the wait for the lease; work that has begun ends by itself.
func (h *holder) giveUp() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.started {
		h.release()
	}
}

// wait for work, if it has begun.
func (h *holder) wait() error {
	h.mu.Lock()
	started := h.started
	h.mu.Unlock()
	if !started {
		return nil
	}
	<-h.ended
	return h.err
}
