package reconcile

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"

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
	pins, err := r.resolve(ctx, sources, w.held.Bundle.GetPins())
	if err != nil {
		return target{}, err
	}
	return r.targetOf(ctx, w, sources, pins)
}

// targetOf pinned sources: with their value files at URLs.
func (r *Reconciler) targetOf(ctx context.Context, w *work, sources v1alpha1.ApplicationSources, pins []source.Pin) (target, error) {
	files, err := r.resolveFiles(ctx, r.renderable(w, sources, pins), w.held.Bundle.GetFiles())
	if err != nil {
		return target{}, err
	}
	return newTarget(&w.app, sources, pins, files, r.opts.Cluster.Version())
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

// renderable is an Application without its content.
func (r *Reconciler) renderable(w *work, sources v1alpha1.ApplicationSources, pins []source.Pin) render.Application {
	app := render.Application{
		Name: w.app.Name, Namespace: w.app.Spec.Destination.Namespace, Project: w.app.Spec.GetProject(),
		KubeVersion: r.opts.Cluster.Version(),
	}
	for i, s := range sources {
		app.Sources = append(app.Sources, render.Source{ApplicationSource: s, Revision: pins[i].Revision})
	}
	return app
}

// render fetches and renders every source; their objects together are the
// target's.
func (r *Reconciler) render(ctx context.Context, w *work, t target) (rendered, error) {
	var out rendered
	app := r.renderable(w, t.sources, t.pins)
	var err error
	if app.APIVersions, err = r.opts.Cluster.APIVersions(ctx); err != nil {
		return out, fmt.Errorf("%w: %w", errLocal, err)
	}
	files, err := r.fetchFiles(ctx, t.files)
	if err != nil {
		return out, err
	}
	for i := range app.Sources {
		content, err := r.opts.Sources.Fetch(ctx, t.pins[i])
		if err != nil {
			return out, render.InSource(i, len(t.sources), err)
		}
		app.Sources[i].Tree, app.Sources[i].RemoteFiles = content.FS, files
	}
	made, err := render.All(ctx, app)
	if err != nil {
		return out, err
	}
	return rendered{objects: made.List, sourceTypes: made.SourceTypes, warnings: made.Warnings}, nil
}

// fetchFiles reads value files at URLs, by URL.
func (r *Reconciler) fetchFiles(ctx context.Context, pins []source.Pin) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, pin := range pins {
		content, err := r.opts.Sources.Fetch(ctx, pin)
		if err != nil {
			return nil, err
		}
		text, err := fs.ReadFile(content.FS, source.FileName)
		if err != nil {
			return nil, fmt.Errorf("value file %s: %w", source.ShownURL(pin.Spec.RepoURL), err)
		}
		out[pin.Spec.RepoURL] = text
	}
	return out, nil
}
