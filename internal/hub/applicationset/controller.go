package applicationset

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/hub/applicationset/deletions"
	"github.com/fairlead/fairlead/internal/hub/applicationset/ignore"
	"github.com/fairlead/fairlead/internal/hub/applicationset/live"
	"github.com/fairlead/fairlead/internal/hub/applicationset/outlook"
	"github.com/fairlead/fairlead/internal/hub/applicationset/wake"
	"github.com/fairlead/fairlead/internal/inputs"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/writers"
)

const (
	// retry is when a set whose inputs could not be had is tried again, if
	// nothing wakes it before.
	retry = time.Minute
	// soon is when a set is tried again whose Application somebody else wrote
	// at the same time.
	soon = time.Second
)

// Inventory answers which clusters the fleet has.
type Inventory interface {
	Inventory(ctx context.Context) (*clusters.Inventory, error)
	// Changed says that the object of a cluster has changed: who is woken by
	// its event must not read the fleet as it was before.
	Changed(object client.Object)
}

// Revisions answers what revisions of Git repositories mean, for the whole
// fleet once.
type Revisions interface {
	Resolve(ctx context.Context, repoURL, revision string) (commit string, err error)
	Ask(ctx context.Context, repoURL, revision string) error
	// AskFor asks now what the sources of Applications mean, of any kind. With
	// accept, versions of charts that were published anew are followed.
	AskFor(ctx context.Context, accept bool, apps ...*v1alpha1.Application)
	// Follow keeps the revisions that owner's generators read fresh, and only
	// those.
	Follow(owner string, repositories []expand.Repository)
}

// Repositories reads the tree of a commit.
type Repositories interface {
	Fetch(ctx context.Context, req source.Request) (*source.Tree, error)
}

// Reconciler keeps the Applications of sets equal to their expansion.
type Reconciler struct {
	Client client.Client
	// Live reads past the cache.
	Live         client.Reader
	Inventory    Inventory
	Revisions    Revisions
	Repositories Repositories
	// Questions may be nil where none can be answered.
	Questions Questions
	Admission Admission
	Guard     *deletions.Guard
	// Writers is shared with all who write for the sets.
	Writers *writers.Writers
	// Ledger may be nil where nothing needs to know of deleted sets.
	Ledger     Ledger
	Options    inputs.Options
	Registerer prometheus.Registerer
	Now        func() time.Time

	tracker    *wake.Tracker
	expansions *outlook.Expansions
	live       *live.Applications
	metrics    *metrics
	woken      chan event.TypedGenericEvent[types.NamespacedName]
}

// complete makes what the loop keeps for itself.
func (r *Reconciler) complete() error {
	if err := r.Admission.Check(); err != nil {
		return err
	}
	r.tracker = wake.NewTracker(r.Admission.Namespace)
	r.live = live.New(r.Client, r.Writers, r.Now)
	r.woken = make(chan event.TypedGenericEvent[types.NamespacedName], 1024)
	var err error
	if r.expansions, err = outlook.New(r.Options, r.Now, r.Registerer); err != nil {
		return err
	}
	r.metrics, err = newMetrics(r.Registerer)
	return err
}

// Reconcile reads a set, and says in its conditions what came of it. A panic is
// that set's error, not the hub's.
func (r *Reconciler) Reconcile(ctx context.Context, req reconcile.Request) (out reconcile.Result, err error) {
	set, err := getSet(ctx, r.Client, req.NamespacedName)
	var bad *undecodable
	switch {
	case errors.As(err, &bad) && !bad.set.DeletionTimestamp.IsZero():
		return reconcile.Result{}, r.end(ctx, bad.set)
	case errors.As(err, &bad):
		r.expansions.Take(req.NamespacedName)
		return reconcile.Result{}, r.writeConditions(ctx, bad.set, generatorFailed(bad))
	case apierrors.IsNotFound(err):
		r.forget(req.NamespacedName)
		return reconcile.Result{}, nil
	case err != nil:
		return reconcile.Result{}, err
	case !set.DeletionTimestamp.IsZero():
		return reconcile.Result{}, r.end(ctx, set)
	case !r.Admission.Serves(set.Namespace):
		return reconcile.Result{}, r.writeConditions(ctx, set, r.Admission.refusal(set.Namespace))
	}
	defer func() {
		if caught := recover(); caught != nil {
			r.metrics.panics.Inc()
			out, err = reconcile.Result{RequeueAfter: retry}, r.writeConditions(ctx, set, generatorFailed(fmt.Errorf("internal error: panic: %v", caught)))
		}
	}()
	if err := r.ensureFinalizer(ctx, set); err != nil {
		return reconcile.Result{}, err
	}
	return r.look(ctx, set)
}

// look expands, plans, asks the guard, writes, and remembers.
func (r *Reconciler) look(ctx context.Context, set *v1alpha1.ApplicationSet) (reconcile.Result, error) {
	key := client.ObjectKeyFromObject(set)
	why := r.tracker.Begin(key, set)
	if !r.expansions.Serves(key, r.Now()) {
		why.Waiting = nil // all rows are looked at
	}
	if err := r.refresh(ctx, set, &why); err != nil {
		return reconcile.Result{}, err
	}
	git := &reader{revisions: r.Revisions, repositories: r.Repositories}
	o, err := r.expand(ctx, set, why, git)
	r.follow(key, git, o)
	if err != nil {
		// A generator or one of its inputs failed: everything stays as it is.
		return reconcile.Result{RequeueAfter: retry}, r.writeConditions(ctx, set, generatorFailed(err))
	}
	ignoring, err := ignore.Compile(set)
	if err != nil {
		return reconcile.Result{}, r.writeConditions(ctx, set, ruleFailed(err))
	}
	todo, err := r.plan(ctx, set, o, ignoring)
	if err != nil {
		return reconcile.Result{}, err
	}
	if o.Resynced {
		r.metrics.corrections.Add(float64(len(todo.Changes) + len(todo.Delete)))
	}
	leaving := todo.Delete
	ruling, err := r.Guard.Judge(ctx, set, &todo, lookOf(o))
	if err != nil {
		return conflicts(err)
	}
	failed := r.live.Write(ctx, set, todo, func(ctx context.Context, app *v1alpha1.Application) error {
		return r.Guard.Delete(ctx, set, app, ruling)
	})
	if err := failed.Err(); apierrors.IsConflict(err) {
		return conflicts(err) // nothing is wrong
	}
	verdict := expanded(o.State, todo, failed)
	if failed.Err() == nil {
		o.State.Stays(todo, leaving)
		r.expansions.Put(key, o.State)
	}
	outcome := reconcile.Result{RequeueAfter: max(soon, o.State.Due.Sub(r.Now()))}
	if todo.Waits() {
		r.tracker.Note(key, func(c *wake.Cause) { c.Waiting = slices.Concat(todo.Foreign, todo.Ending) })
		outcome.RequeueAfter = min(retry, outcome.RequeueAfter)
	}
	return outcome, errors.Join(failed.Err(), r.writeConditions(ctx, set, verdict))
}

// conflicts are of two who wrote at once: the set is looked at again, from
// nothing.
func conflicts(err error) (reconcile.Result, error) {
	if apierrors.IsConflict(err) {
		return reconcile.Result{RequeueAfter: soon}, nil
	}
	return reconcile.Result{}, err
}

// forget a set that is gone.
func (r *Reconciler) forget(key types.NamespacedName) {
	r.tracker.Forget(key)
	r.expansions.Take(key)
	r.Guard.Forget(key)
	r.Revisions.Follow(ownerKey(key), nil)
}

func (r *Reconciler) ensureFinalizer(ctx context.Context, set *v1alpha1.ApplicationSet) error {
	if controllerutil.ContainsFinalizer(set, fleet.Finalizer) {
		return nil
	}
	before := set.DeepCopy()
	controllerutil.AddFinalizer(set, fleet.Finalizer)
	if err := r.Client.Patch(ctx, set, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("add finalizer to applicationset %s/%s: %w", set.Namespace, set.Name, err)
	}
	return nil
}
