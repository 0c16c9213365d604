package applicationset

import (
	"context"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/hub/applicationset/deletions"
	"github.com/fairlead/fairlead/internal/hub/applicationset/ignore"
	"github.com/fairlead/fairlead/internal/hub/applicationset/outlook"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
	"github.com/fairlead/fairlead/internal/hub/applicationset/wake"
	"github.com/fairlead/fairlead/internal/inputs"
)

// expand reads what a set is expanded from, and expands it.
func (r *Reconciler) expand(ctx context.Context, set *v1alpha1.ApplicationSet, why wake.Cause, git *reader) (outlook.Outlook, error) {
	fleet, err := r.fleet(ctx, set)
	if err != nil {
		return outlook.Outlook{}, err
	}
	return r.expansions.Expand(ctx, set, why, outlook.From{
		Fleet: fleet, Providers: inputs.Providers{Git: git, Questions: r.answerer(set, why)}, All: r.Guard.NeedsAll(set),
	})
}

// fleet is the inventory for sets that see clusters; others do not care whether
// it can be had.
func (r *Reconciler) fleet(ctx context.Context, set *v1alpha1.ApplicationSet) (*clusters.Inventory, error) {
	if !wake.SeesClusters(set) {
		return nil, nil
	}
	return r.Inventory.Inventory(ctx)
}

// follow keeps the repositories fresh that the set was expanded from, or would
// have been.
func (r *Reconciler) follow(key types.NamespacedName, git *reader, o outlook.Outlook) {
	repositories := git.seen()
	if o.Partial() {
		if len(repositories) == 0 {
			return
		}
		repositories = append(o.State.Expansion.Repositories(), repositories...)
	}
	r.tracker.Follow(key, repositories)
	r.Revisions.Follow(ownerKey(key), repositories)
}

// plan compares an outlook with what there is.
func (r *Reconciler) plan(ctx context.Context, set *v1alpha1.ApplicationSet, o outlook.Outlook, ignoring ignore.Rules) (plan.Plan, error) {
	there, err := r.there(ctx, set, o)
	if err != nil {
		return plan.Plan{}, err
	}
	refused := len(o.State.Rejected) + len(o.State.Duplicates)
	return plan.Make(set, o.Rows, there, plan.Rules{
		Allowed: plan.AllowedBy(set), Ignoring: ignoring,
		Protects: plan.Protector(o.State.Expansion.Expander().Protection(), refused),
	}), nil
}

// there are the Applications that an outlook is compared with, read only.
func (r *Reconciler) there(ctx context.Context, set *v1alpha1.ApplicationSet, o outlook.Outlook) ([]*v1alpha1.Application, error) {
	if o.Partial() {
		return r.live.Named(ctx, set.Namespace, o.Names)
	}
	return r.live.All(ctx, set, o.Rows)
}

// lookOf is what the guard asks of an outlook.
func lookOf(o outlook.Outlook) deletions.Look {
	l := deletions.Look{Pulls: o.Pulls}
	if o.Partial() {
		l.Gives = o.State.Expansion.Expander().Gives
	}
	return l
}
