package reconcile

import (
	"context"
	"errors"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/status"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/render"
	"github.com/fairlead/fairlead/internal/source"
)

// doing is what an operation applies.
type doing struct {
	manifests *apply.Manifests
	revisions []string
}

// manifestsFor an operation: the target's, unless it asks for a revision or
// sources of its own, or began with another target.
func (r *Reconciler) manifestsFor(ctx context.Context, w *work, op v1alpha1.Operation) (doing, error) {
	if err := w.law.check(w, op); err != nil {
		return doing{}, err
	}
	sources, pins, err := r.ownPins(ctx, w, op)
	if err != nil {
		return doing{}, err
	}
	if pins != nil {
		t, err := r.targetOf(ctx, w, sources, pins)
		if err != nil {
			return doing{}, err
		}
		if w.manifests == nil || w.memory.Good.Target != t.id {
			return r.other(ctx, w, t)
		}
		return doing{manifests: w.manifests, revisions: t.revisions}, nil
	}
	switch {
	case w.manifests == nil && w.problem != "":
		return doing{}, errors.New(w.problem)
	case w.manifests == nil:
		return doing{}, errors.New("the manifests are not on disk: they are rendered again")
	case w.stale() && !w.memory.Running.Drift:
		return doing{}, errors.New(w.problem)
	}
	return doing{manifests: w.manifests, revisions: w.revisions()}, nil
}

// ownPins of an operation that a person asked for: of the revisions that it
// began with, else of those that it asks for; nil if it asks for none. An
// automated one always follows the target.
func (r *Reconciler) ownPins(ctx context.Context, w *work, op v1alpha1.Operation) (v1alpha1.ApplicationSources, []source.Pin, error) {
	if op.InitiatedBy.Automated {
		return nil, nil, nil
	}
	spec := synced(w.app.Spec, op)
	list, asked := spec.GetSources(), w.memory.Running.Revisions
	if len(asked) == 0 || len(asked) != len(list) {
		list, asked = overrides(w.app.Spec, op)
	}
	if asked == nil {
		return nil, nil, nil
	}
	pins, err := r.resolveAll(ctx, list, asked, w.held.Bundle.GetPins())
	return list, pins, err
}

// overrides of an operation: its sources, and what revision of each it asks
// for; nil if it asks for nothing of its own.
func overrides(spec v1alpha1.ApplicationSpec, op v1alpha1.Operation) (v1alpha1.ApplicationSources, []string) {
	if op.InitiatedBy.Automated {
		return nil, nil
	}
	sources := synced(spec, op)
	list := sources.GetSources()
	own := op.Sync.Source != nil || len(op.Sync.Sources) > 0
	asked := make([]string, len(list))
	for i := range list {
		asked[i] = list[i].TargetRevision
		switch {
		case i < len(op.Sync.Revisions) && op.Sync.Revisions[i] != "":
			asked[i], own = op.Sync.Revisions[i], true
		case i == 0 && len(op.Sync.Revisions) == 0 && op.Sync.Revision != "":
			asked[i], own = op.Sync.Revision, true
		}
	}
	if !own {
		return nil, nil
	}
	return list, asked
}

// resolveAll gives the pins of what is asked for: the hub's where it is what
// runs anyway, else the servers' own answers.
func (r *Reconciler) resolveAll(ctx context.Context, sources v1alpha1.ApplicationSources, asked []string, pins []*deliveryv1.PinnedSource) ([]source.Pin, error) {
	if err := checkSources(sources); err != nil {
		return nil, err
	}
	out := make([]source.Pin, len(asked))
	for i, revision := range asked {
		spec := source.Of(sources[i])
		if i < len(pins) && pins[i].GetRevision() == revision && asksFor(pins[i], spec) {
			out[i] = pinOf(spec, pins[i])
			continue
		}
		spec.Revision = revision
		var err error
		if out[i], err = r.ask(ctx, spec); err != nil {
			return nil, render.InSource(i, len(sources), err)
		}
	}
	return out, nil
}

// other renders a target that is not the Application's own; it is not kept.
func (r *Reconciler) other(ctx context.Context, w *work, t target) (doing, error) {
	made, err := r.render(ctx, w, t)
	if err != nil {
		return doing{}, err
	}
	m, err := r.opts.Engine.Prepare(ctx, w.owner, w.app.Spec.Destination.Namespace, made.objects)
	if err != nil {
		return doing{}, err
	}
	r.watches.Want(w.key, kindsOf(w.held.Inventory, m.Inventory())...)
	return doing{manifests: m.Permit(w.law.permit), revisions: t.revisions}, nil
}

// result of an operation as Argo CD writes it.
func (d doing) result(w *work, op v1alpha1.Operation, items []apply.ItemResult) *v1alpha1.SyncOperationResult {
	out := &v1alpha1.SyncOperationResult{Resources: status.Results(items)}
	spec := synced(w.app.Spec, op)
	if spec.HasMultipleSources() {
		out.Sources, out.Revisions = spec.GetSources(), d.revisions
	} else {
		out.Source = spec.GetSource()
		if len(d.revisions) > 0 {
			out.Revision = d.revisions[0]
		}
	}
	if p := w.app.Spec.SyncPolicy; p != nil {
		out.ManagedNamespaceMetadata = p.ManagedNamespaceMetadata
	}
	return out
}
