package reconcile

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/drift"
	"github.com/fairlead/fairlead/internal/agent/state"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/health"
)

// Reports take what the hub should know.
type Reports interface {
	Status(*deliveryv1.ApplicationReport)
	Ack(*deliveryv1.TombstoneAck)
}

// Cluster is what renderers need to know of the destination.
type Cluster interface {
	// Version of Kubernetes, without a leading v.
	Version() string
	// APIVersions served: group/version and group/version/kind.
	APIVersions(ctx context.Context) ([]string, error)
}

// Options of a Reconciler; all are required but where it says otherwise.
type Options struct {
	State   *state.State
	Engine  *apply.Engine
	Copies  *apply.InventoryStore
	Sources Sources
	Cluster Cluster
	Reports Reports
	// Rules of health that are in force.
	Rules *health.Book
	// Impersonation of service accounts that projects name; see its constants.
	Impersonation Impersonation
	// Orphans finds objects that belong to no Application; nil looks for none.
	Orphans Orphans
	// Workers is how many Applications are worked on at once.
	Workers int
	Clock   clock.WithTicker
	Logger  logr.Logger
}

// Reconciler works through Applications.
type Reconciler struct {
	opts    Options
	watches *drift.Watches
	queue   workqueue.TypedRateLimitingInterface[string]
	onWork  func()

	mu    sync.Mutex
	views map[string]*view
	// owners of objects, by reference without version: from the inventories.
	owners map[apply.Ref]string
	// attempts under way, to be broken off when their operation is aborted.
	attempts map[string]context.CancelCauseFunc
	// lifted keys may try again at once what failed before.
	lifted map[string]bool
}

// Retries of a reconcile that failed as a whole.
const (
	retryFirst = time.Second
	retryMax   = time.Minute
)

// New reconciler; nothing runs before Run.
func New(o Options) *Reconciler {
	return &Reconciler{
		opts: o,
		queue: workqueue.NewTypedRateLimitingQueueWithConfig(
			workqueue.NewTypedItemExponentialFailureRateLimiter[string](retryFirst, retryMax),
			workqueue.TypedRateLimitingQueueConfig[string]{Name: "applications", Clock: o.Clock}),
		onWork: func() {},
		views:  map[string]*view{},
		owners: map[apply.Ref]string{},
		lifted: map[string]bool{}, attempts: map[string]context.CancelCauseFunc{},
	}
}

// OnWork is called before Run; f then whenever an Application was worked on.
func (r *Reconciler) OnWork(f func()) { r.onWork = f }

// Enqueue keys to be worked on.
func (r *Reconciler) Enqueue(keys ...string) {
	for _, key := range keys {
		r.breakOff(key)
		r.queue.Add(key)
	}
}

// Notify takes a change that the watches saw.
func (r *Reconciler) Notify(c drift.Change) {
	r.mu.Lock()
	key, ours := r.owners[c.Ref.Identity()]
	r.mu.Unlock()
	if ours {
		r.queue.Add(key)
	}
}

// Served takes the news that the cluster serves a kind that it did not serve
// before: Applications that failed for want of it need not wait.
func (r *Reconciler) Served(gvk schema.GroupVersionKind) {
	for _, key := range r.opts.State.Keys() {
		held, _ := r.opts.State.Application(key)
		if slices.ContainsFunc(held.Memory.Status.Resources, func(s v1alpha1.ResourceStatus) bool {
			return s.Group == gvk.Group && s.Kind == gvk.Kind
		}) {
			r.mu.Lock()
			r.lifted[key] = true
			r.mu.Unlock()
			r.queue.Add(key)
		}
	}
}

// isLifted tells once whether what an Application's last sync failed for may be
// over.
func (r *Reconciler) isLifted(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	lifted := r.lifted[key]
	delete(r.lifted, key)
	return lifted
}

// syncLimit bounds the wait for the watches at the start.
const syncLimit = 10 * time.Second

// Run works until ctx ends, from what is on disk: first the watches, then every
// Application once.
func (r *Reconciler) Run(ctx context.Context, watches *drift.Watches) {
	r.watches = watches
	keys := r.opts.State.Keys()
	var everything apply.Inventory
	for _, key := range keys {
		held, _ := r.opts.State.Application(key)
		r.index(key, held.Inventory)
		watches.Want(key, kindsOf(held.Inventory)...)
		everything = append(everything, held.Inventory...)
	}
	watches.AwaitSynced(ctx, syncLimit, r.served(ctx, kindsOf(everything))...)
	r.Enqueue(keys...)
	var workers sync.WaitGroup
	for range r.opts.Workers {
		workers.Go(func() {
			for r.next(ctx) {
			}
		})
	}
	<-ctx.Done()
	r.queue.ShutDown()
	workers.Wait()
}

// next works on one key; false when the queue is shut.
func (r *Reconciler) next(ctx context.Context) bool {
	key, shut := r.queue.Get()
	if shut {
		return false
	}
	defer r.queue.Done(key)
	if ctx.Err() != nil {
		return true
	}
	again, err := r.guarded(ctx, key)
	r.onWork()
	switch {
	case ctx.Err() != nil:
	case err != nil:
		r.opts.Logger.Info("reconcile failed; trying again", "application", key, "reason", err.Error())
		r.queue.AddRateLimited(key)
	default:
		r.queue.Forget(key)
		if again > 0 {
			r.queue.AddAfter(key, again)
		}
	}
	return true
}

// guarded turns a panic into an error: one bad object never stops the others.
func (r *Reconciler) guarded(ctx context.Context, key string) (again time.Duration, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.opts.Logger.Error(fmt.Errorf("%v", p), "reconcile panicked", "application", key, "stack", string(debug.Stack()))
			err = fmt.Errorf("reconcile of %s panicked: %v", key, p)
		}
	}()
	return r.Reconcile(ctx, key)
}

// Reconcile brings one Application a step further, and says when to look at it
// again if nothing happens before.
func (r *Reconciler) Reconcile(ctx context.Context, key string) (time.Duration, error) {
	w := r.gather(key)
	switch {
	case w == nil:
		return 0, nil
	case w.held.Tombstone != nil:
		return 0, r.end(ctx, w)
	case w.isSkipped():
		return 0, nil
	case w.unreadable != nil:
		w.problem = w.unreadable.Error()
	case !r.quiet(w):
		if err := r.abort(ctx, w); err != nil {
			return 0, err
		}
		r.aim(ctx, w)
		if err := r.compare(ctx, w); err != nil {
			return 0, err
		}
		if err := r.act(ctx, w); err != nil {
			return 0, err
		}
	}
	r.judge(w)
	return w.again(), r.conclude(w)
}
