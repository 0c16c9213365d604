package reconcile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/decide"
	"github.com/fairlead/fairlead/internal/agent/state"
	"github.com/fairlead/fairlead/internal/apply"
)

// work is one Application on its way through the phases.
type work struct {
	key  string
	now  time.Time
	held state.Application
	app  v1alpha1.Application
	// unreadable: app is not what the hub sent.
	unreadable error
	owner      apply.Key
	policy     decide.Policy
	// law is what the project permits; closed says which sync window is in the
	// way.
	law    *law
	closed string
	memory state.Memory
	view   *view

	// target that should run; manifests are of it unless problem is set, and
	// then of the last good one, if there is one.
	target    target
	problem   string
	manifests *apply.Manifests
	items     []apply.Item
	syncError string
	// healed are the objects that the operation just started is to heal.
	healed []apply.Ref
	// wake is when to look again; zero: when something happens.
	wake time.Time
}

// view is what is kept in memory about one key between two reconciles. Only
// the worker that has the key touches it.
type view struct {
	// bundle digest and version of Kubernetes that the rest is about.
	bundle  []byte
	version string
	// compared: items are those of a comparison.
	compared  bool
	items     []apply.Item
	problem   string
	syncError string
	// healing budgets of objects that were healed lately.
	healing map[apply.Ref]decide.Budget
	law     *law
	// broken is a target that cannot be rendered.
	broken *broken
}

// stale: what is compared with is the last good target, not the present one.
func (w *work) stale() bool { return w.problem != "" && w.manifests != nil }

// effective target: the one that the manifests are of.
func (w *work) effective() string {
	if w.stale() && w.memory.Good != nil {
		return w.memory.Good.Target
	}
	return w.target.id
}

// wakeAt looks again at t, or before.
func (w *work) wakeAt(t time.Time) {
	if !t.IsZero() && (w.wake.IsZero() || t.Before(w.wake)) {
		w.wake = t
	}
}

// again is how long until then; 0 for never.
func (w *work) again() time.Duration {
	if w.wake.IsZero() {
		return 0
	}
	return max(time.Millisecond, w.wake.Sub(w.now))
}

// gather reads what is held; nil if there is nothing to do for the key.
func (r *Reconciler) gather(key string) *work {
	held, found := r.opts.State.Application(key)
	if !found || (held.Bundle == nil && held.Tombstone == nil) {
		return nil
	}
	w := &work{key: key, now: r.opts.Clock.Now(), held: held, memory: held.Memory, view: r.viewOf(key)}
	w.owner = ownerOf(r.opts.State.Fleet(), key, held)
	if held.Bundle == nil {
		return w
	}
	if err := json.Unmarshal(held.Bundle.GetApplication(), &w.app); err != nil {
		w.unreadable = fmt.Errorf("the application cannot be read by this agent: %w", err)
	}
	w.app.Namespace, w.app.Name = held.Bundle.GetNamespace(), held.Bundle.GetName()
	w.policy = decide.PolicyOf(w.app.Spec.SyncPolicy)
	w.law = r.lawOf(w)
	w.items, w.problem, w.syncError = w.view.items, w.view.problem, w.view.syncError
	return w
}

// isSkipped: somebody asks to leave the Application alone.
func (w *work) isSkipped() bool {
	return w.app.Annotations[v1alpha1.AnnotationKeyAppSkipReconcile] == "true"
}

func (r *Reconciler) viewOf(key string) *view {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.views[key] == nil {
		r.views[key] = &view{}
	}
	return r.views[key]
}

// quiet tells whether the watches show that everything is as it was found at
// the last comparison; then only health is read, from the watches. It spares
// requests, manifests and rendering.
func (r *Reconciler) quiet(w *work) bool {
	v := w.view
	if !v.compared || v.broken != nil || w.memory.Running != nil || w.requested() ||
		!bytes.Equal(v.bundle, w.held.Bundle.GetDigest()) || v.version != r.opts.Cluster.Version() {
		return false
	}
	applied := appliedBy(w.memory.Applied)
	fresh := make([]apply.Item, len(w.items))
	for i, item := range w.items {
		seen, ok := r.watches.Observe(item.Ref)
		if !ok || item.State != apply.StateSynced || seen.Signature != applied[item.Ref].Signature {
			return false
		}
		fresh[i] = item.Showing(seen)
	}
	w.items = fresh
	return true
}

// requested tells whether a user's operation waits to be started.
func (w *work) requested() bool {
	op := w.held.Bundle.GetOperation()
	return op != nil && op.GetId() != w.memory.OperationID && !w.held.Orphaned
}

func appliedBy(list []state.Applied) map[apply.Ref]apply.Applied {
	out := make(map[apply.Ref]apply.Applied, len(list))
	for _, a := range list {
		out[a.Ref] = apply.Applied{Digest: a.Digest, Signature: a.Signature}
	}
	return out
}
