package applicationset

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/inputs"
	"github.com/fairlead/fairlead/internal/source"
)

// retry is when a set whose inputs could not be had is tried again, if nothing
// wakes it before.
const retry = time.Minute

// Inventory answers which clusters the fleet has.
type Inventory interface {
	Inventory(ctx context.Context) (*clusters.Inventory, error)
	// Invalidate says that clusters have changed: who is woken by a cluster's
	// event must not read the fleet as it was before.
	Invalidate()
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

// Reconciler keeps the Applications of one set equal to its expansion.
type Reconciler struct {
	Client       client.Client
	Inventory    Inventory
	Revisions    Revisions
	Repositories Repositories
	Options      inputs.Options
	Now          func() time.Time
}

// Reconcile reads, expands, plans, writes, and says in the conditions how that
// went.
func (r *Reconciler) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	set, err := getSet(ctx, r.Client, req.NamespacedName)
	var bad *undecodable
	switch {
	case errors.As(err, &bad) && !bad.set.DeletionTimestamp.IsZero():
		return reconcile.Result{}, r.finalize(ctx, bad.set)
	case errors.As(err, &bad):
		return reconcile.Result{}, r.writeConditions(ctx, bad.set, generatorFailed(bad))
	case apierrors.IsNotFound(err):
		r.Revisions.Follow(ownerKey(req.NamespacedName), nil)
		return reconcile.Result{}, nil
	case err != nil:
		return reconcile.Result{}, err
	}
	if !set.DeletionTimestamp.IsZero() {
		return reconcile.Result{}, r.finalize(ctx, set)
	}
	if err := r.ensureFinalizer(ctx, set); err != nil {
		return reconcile.Result{}, err
	}
	git := &reader{revisions: r.Revisions, repositories: r.Repositories}
	if err := r.refresh(ctx, set, git); err != nil {
		return reconcile.Result{}, err
	}
	result, err := r.expand(ctx, set, git)
	r.Revisions.Follow(ownerKey(req.NamespacedName), git.seen())
	if err != nil {
		// A generator or one of its inputs failed: everything stays as it is.
		return reconcile.Result{RequeueAfter: retry}, r.writeConditions(ctx, set, generatorFailed(err))
	}
	plan, err := r.plan(ctx, set, result)
	if err != nil {
		return reconcile.Result{}, err
	}
	failed := r.write(ctx, set, plan)
	if apierrors.IsConflict(failed) {
		// Somebody else wrote one of the rows meanwhile: nothing is wrong.
		return reconcile.Result{RequeueAfter: time.Second}, nil
	}
	outcome := reconcile.Result{}
	if plan.Waits() {
		outcome.RequeueAfter = retry // nothing wakes the set when the other goes
	}
	return outcome, errors.Join(failed, r.writeConditions(ctx, set, expanded(result, plan, failed)))
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

func (r *Reconciler) expand(ctx context.Context, set *v1alpha1.ApplicationSet, git *reader) (expand.Result, error) {
	inventory, err := r.Inventory.Inventory(ctx)
	if err != nil {
		return expand.Result{}, err
	}
	result, err := inputs.Gather(ctx, set, expand.Inputs{Clusters: inventory}, inputs.Providers{Git: git}, r.Options)
	if err != nil {
		return expand.Result{}, err
	}
	return result, result.Err
}

// plan looks up what there is: the set's own Applications, and any other that
// has the name of a row.
func (r *Reconciler) plan(ctx context.Context, set *v1alpha1.ApplicationSet, result expand.Result) (Plan, error) {
	var owned v1alpha1.ApplicationList
	if err := r.Client.List(ctx, &owned, client.InNamespace(set.Namespace), client.MatchingFields{setIndex: set.Name}); err != nil {
		return Plan{}, fmt.Errorf("list applications of set %s/%s: %w", set.Namespace, set.Name, err)
	}
	known := make(map[string]bool, len(owned.Items))
	live := make([]*v1alpha1.Application, 0, len(owned.Items))
	for i := range owned.Items {
		known[owned.Items[i].Name] = true
		live = append(live, &owned.Items[i])
	}
	for i := range result.Applications {
		name := result.Applications[i].Name
		if known[name] {
			continue
		}
		other := &v1alpha1.Application{}
		err := r.Client.Get(ctx, client.ObjectKey{Namespace: set.Namespace, Name: name}, other)
		if err == nil {
			live = append(live, other)
		} else if !apierrors.IsNotFound(err) {
			return Plan{}, fmt.Errorf("read application %s/%s: %w", set.Namespace, name, err)
		}
	}
	allowed := allowedBy(set)
	allowed.Delete = allowed.Delete && complete(result)
	return MakePlan(set, result.Applications, live, allowed), nil
}

// complete is true when every row gave an Application of its own. While one did
// not, an Application that seems to have left may be that row's.
func complete(result expand.Result) bool {
	return len(result.Rejected) == 0 && len(result.Duplicates) == 0
}
