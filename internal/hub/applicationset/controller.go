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
	Guard     *Guard
	// Writers is shared with all who write for the sets.
	Writers *writers.Writers
	// Ledger may be nil where nothing needs to know of deleted sets.
	Ledger     Ledger
	Options    inputs.Options
	Registerer prometheus.Registerer
	Now        func() time.Time

	tracker   *tracker
	memory    *memory
	echoes    *echoes
	metrics   *metrics
	expanding chan struct{}
	wake      chan event.TypedGenericEvent[types.NamespacedName]
}

// complete makes what the loop keeps for itself.
func (r *Reconciler) complete() (err error) {
	r.tracker, r.memory, r.echoes = newTracker(r.Admission.Namespace), newMemory(maxRows), newEchoes(r.Now)
	r.expanding = make(chan struct{}, expanders)
	r.wake = make(chan event.TypedGenericEvent[types.NamespacedName], 1024)
	r.metrics, err = newMetrics(r.Registerer, r.memory.size)
	return errors.Join(err, r.Admission.Check())
}

// Reconcile reads a set, and says in its conditions what came of it. A panic is
// that set's error, not the hub's.
func (r *Reconciler) Reconcile(ctx context.Context, req reconcile.Request) (out reconcile.Result, err error) {
	set, err := getSet(ctx, r.Client, req.NamespacedName)
	var bad *undecodable
	switch {
	case errors.As(err, &bad) && !bad.set.DeletionTimestamp.IsZero():
		return reconcile.Result{}, r.finalize(ctx, bad.set)
	case errors.As(err, &bad):
		r.memory.take(req.NamespacedName)
		return reconcile.Result{}, r.writeConditions(ctx, bad.set, generatorFailed(bad))
	case apierrors.IsNotFound(err):
		r.forget(req.NamespacedName)
		return reconcile.Result{}, nil
	case err != nil:
		return reconcile.Result{}, err
	case !set.DeletionTimestamp.IsZero():
		return reconcile.Result{}, r.finalize(ctx, set)
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
	why := r.tracker.begin(key, set)
	if !r.memory.serves(key, r.Now()) {
		why.waiting = nil // all rows are looked at
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
	ignoring, err := compileIgnoring(set)
	if err != nil {
		return reconcile.Result{}, r.writeConditions(ctx, set, ruleFailed(err))
	}
	plan, err := r.plan(ctx, set, o, ignoring)
	if err != nil {
		return reconcile.Result{}, err
	}
	if o.resynced {
		r.metrics.corrections.Add(float64(len(plan.Changes) + len(plan.Delete)))
	}
	leaving := plan.Delete
	ruling, err := r.Guard.Judge(ctx, set, &plan, o.look())
	if err != nil {
		return conflicts(err)
	}
	failed := r.write(ctx, set, plan, ruling)
	if err := failed.err(); apierrors.IsConflict(err) {
		return conflicts(err) // nothing is wrong
	}
	verdict := expanded(o.state, plan, failed)
	if failed.err() == nil {
		o.state.stays(plan, leaving)
		r.memory.put(key, o.state)
	}
	outcome := reconcile.Result{RequeueAfter: max(soon, o.state.due.Sub(r.Now()))}
	if plan.Waits() {
		r.tracker.note(key, func(c *cause) { c.waiting = slices.Concat(plan.Foreign, plan.Ending) })
		outcome.RequeueAfter = min(retry, outcome.RequeueAfter)
	}
	return outcome, errors.Join(failed.err(), r.writeConditions(ctx, set, verdict))
}

// plan compares an outlook with what there is.
func (r *Reconciler) plan(ctx context.Context, set *v1alpha1.ApplicationSet, o outlook, ignoring ignoring) (Plan, error) {
	live, err := r.live(ctx, set, o)
	if err != nil {
		return Plan{}, err
	}
	refused := len(o.state.rejected) + len(o.state.duplicates)
	return MakePlan(set, o.rows, live, Rules{
		Allowed: allowedBy(set), ignoring: ignoring,
		Protects: protector(o.state.expansion.Expander().Protection(), refused),
	}), nil
}

// conflicts are of two who wrote at once: the set is looked at again, from
// nothing.
func conflicts(err error) (reconcile.Result, error) {
	if apierrors.IsConflict(err) {
		return reconcile.Result{RequeueAfter: soon}, nil
	}
	return reconcile.Result{}, err
}

// follow keeps the repositories fresh that the set was expanded from, or would
// have been.
func (r *Reconciler) follow(key types.NamespacedName, git *reader, o outlook) {
	repositories := git.seen()
	if o.partial() {
		if len(repositories) == 0 {
			return
		}
		repositories = append(o.state.expansion.Repositories(), repositories...)
	}
	r.tracker.follow(key, repositories)
	r.Revisions.Follow(ownerKey(key), repositories)
}

// forget a set that is gone.
func (r *Reconciler) forget(key types.NamespacedName) {
	r.tracker.forget(key)
	r.memory.take(key)
	r.Guard.Metrics.set(key, 0)
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
