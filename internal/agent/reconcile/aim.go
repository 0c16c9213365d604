package reconcile

import (
	"bytes"
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/state"
	"github.com/fairlead/fairlead/internal/agent/status"
	"github.com/fairlead/fairlead/internal/render"
	"github.com/fairlead/fairlead/internal/source"
)

// aim finds out what should run and sees that its objects are on disk. What
// stands in the way becomes w.problem; the last good target then stays.
func (r *Reconciler) aim(ctx context.Context, w *work) {
	if w.problem = w.law.forbidden; w.problem != "" {
		return
	}
	if !bytes.Equal(w.view.bundle, w.held.Bundle.GetDigest()) {
		w.view.broken = nil // a new word from the hub: try again
	}
	if w.view.broken.holds("", w.now) {
		w.stuck()
		return
	}
	t, err := r.pick(ctx, w)
	w.target = t
	if err == nil && !r.isRendered(w, t) {
		if w.view.broken.holds(t.id, w.now) {
			w.stuck()
			return
		}
		err = r.bring(ctx, w, t)
	}
	if err == nil {
		w.problem, w.view.broken = "", nil
		return
	}
	w.view.broken = w.view.broken.next(t.id, err, w.now)
	w.stuck()
}

// stuck takes over what is known to be broken.
func (w *work) stuck() {
	w.problem = w.view.broken.message
	w.wakeAt(w.view.broken.retry)
}

// pick says what should run: sources at revisions.
func (r *Reconciler) pick(ctx context.Context, w *work) (target, error) {
	sources := w.app.Spec.GetSources()
	if err := checkSources(sources); err != nil {
		return target{}, err
	}
	revisions, err := r.resolve(ctx, sources, w.held.Bundle.GetPins())
	if err != nil {
		return target{}, err
	}
	return newTarget(&w.app, sources, revisions, r.opts.Cluster.Version())
}

// isRendered tells whether the target is the last good one, and on disk.
func (r *Reconciler) isRendered(w *work, t target) bool {
	if w.memory.Good == nil || w.memory.Good.Target != t.id {
		return false
	}
	_, found, err := r.opts.State.Render(w.key, t.id)
	return found && err == nil
}

// bring fetches and renders a target, and makes it the last good one.
func (r *Reconciler) bring(ctx context.Context, w *work, t target) error {
	made, err := r.render(ctx, w, t)
	if err != nil {
		return err
	}
	if err := r.opts.State.SaveRender(w.key, t.id, made.objects); err != nil {
		return fmt.Errorf("%w: %w", errLocal, err)
	}
	w.memory.Good = &state.Good{
		Target: t.id, Revisions: t.revisions, SourceTypes: made.sourceTypes,
		Images: status.Images(made.objects), Warnings: made.warnings,
	}
	return nil
}

// rendered is what a target gives.
type rendered struct {
	objects     []*unstructured.Unstructured
	sourceTypes []v1alpha1.ApplicationSourceType
	warnings    []string
}

// render fetches and renders every source; their objects together are the
// target's.
func (r *Reconciler) render(ctx context.Context, w *work, t target) (rendered, error) {
	var out rendered
	served, err := r.opts.Cluster.APIVersions(ctx)
	if err != nil {
		return out, fmt.Errorf("%w: %w", errLocal, err)
	}
	app := render.Application{
		Name: w.app.Name, Namespace: w.app.Spec.Destination.Namespace, Project: w.app.Spec.GetProject(),
		KubeVersion: r.opts.Cluster.Version(), APIVersions: served,
	}
	for i, s := range t.sources {
		tree, err := r.opts.Git.Fetch(ctx, source.Request{RepoURL: s.RepoURL, Revision: s.TargetRevision, Commit: t.revisions[i]})
		if err != nil {
			return out, render.InSource(i, len(t.sources), err)
		}
		app.Sources = append(app.Sources, render.Source{ApplicationSource: s, Tree: tree, Revision: t.revisions[i]})
	}
	made, err := render.All(ctx, app)
	if err != nil {
		return out, err
	}
	return rendered{objects: made.List, sourceTypes: made.SourceTypes, warnings: made.Warnings}, nil
}
