package reconcile

import (
	"context"
	"errors"
	"fmt"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"

	"github.com/fairlead/fairlead/internal/agent/status"
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
	sources, revisions, err := r.ownRevisions(ctx, w, op)
	if err != nil {
		return doing{}, err
	}
	if revisions != nil {
		t, err := newTarget(&w.app, sources, revisions, r.opts.Cluster.Version())
		if err != nil {
			return doing{}, err
		}
		if w.manifests == nil || w.memory.Good.Target != t.id {
			return r.other(ctx, w, t)
		}
		return doing{manifests: w.manifests, revisions: revisions}, nil
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

// ownRevisions of an operation that a person asked for: those that it began
// with, else those that it asks for; nil if it asks for none. An automated one
// always follows the target.
func (r *Reconciler) ownRevisions(ctx context.Context, w *work, op v1alpha1.Operation) (v1alpha1.ApplicationSources, []string, error) {
	if op.InitiatedBy.Automated {
		return nil, nil, nil
	}
	spec := synced(w.app.Spec, op)
	list := spec.GetSources()
	if begun := w.memory.Running.Revisions; len(begun) > 0 && len(begun) == len(list) {
		return list, begun, nil
	}
	sources, asked := overrides(w.app.Spec, op)
	if asked == nil {
		return nil, nil, nil
	}
	revisions, err := r.resolveAll(ctx, sources, asked)
	return sources, revisions, err
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

func (r *Reconciler) resolveAll(ctx context.Context, sources v1alpha1.ApplicationSources, asked []string) ([]string, error) {
	if err := checkSources(sources); err != nil {
		return nil, err
	}
	out := make([]string, len(asked))
	for i, revision := range asked {
		found, err := r.opts.Git.Resolve(ctx, sources[i].RepoURL, revision)
		if err != nil {
			return nil, fmt.Errorf("source %d: %w", i+1, err)
		}
		out[i] = found
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
