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
	for i := range t.sources {
		s := t.sources[i]
		tree, err := r.opts.Git.Fetch(ctx, source.Request{RepoURL: s.RepoURL, Revision: s.TargetRevision, Commit: t.revisions[i]})
		if err != nil {
			return out, naming(i, len(t.sources), err)
		}
		result, err := render.Render(ctx, render.Request{
			Tree: tree, Source: s, Name: w.app.Name, Namespace: w.app.Spec.Destination.Namespace,
			KubeVersion: r.opts.Cluster.Version(), APIVersions: served, Revision: t.revisions[i],
			Env: map[string]string{"ARGOCD_APP_PROJECT_NAME": w.app.Spec.GetProject()},
		})
		if err != nil {
			return out, naming(i, len(t.sources), err)
		}
		out.objects = append(out.objects, result.Objects...)
		out.sourceTypes = append(out.sourceTypes, result.SourceType)
		out.warnings = append(out.warnings, result.Warnings...)
	}
	return out, nil
}

// naming says which source failed, where there are several.
func naming(i, n int, err error) error {
	if n == 1 {
		return err
	}
	return fmt.Errorf("source %d: %w", i+1, err)
}
