package reconcile

import (
	"context"
	"fmt"

	"github.com/fairlead/fairlead/internal/apply"
)

// delete the objects as the Application's own sync options say, with the
// PreDelete and PostDelete hooks of its last good manifests around it. It
// returns what is left.
func (r *Reconciler) delete(ctx context.Context, w *work, inv apply.Inventory) (apply.Inventory, error) {
	opts := apply.DeleteOptions{
		Save: r.keepInventory(w), Timeout: endTimeout,
		Run: "end-" + w.held.Tombstone.UID, Confirmed: w.held.Tombstone.Approved,
	}
	switch {
	case w.law != nil && w.law.unaccountable != "":
		return inv, fmt.Errorf("nobody may delete for this application: %s", w.law.unaccountable)
	case w.unreadable != nil:
		return inv, fmt.Errorf("%w: whether it wants its objects deleted is not known; update the agent", w.unreadable)
	case w.held.Bundle == nil:
		// Of an Application that was never here, or was lost with the disk,
		// only its objects tell what they want.
		r.opts.Logger.Info("deleting without the application's own sync options and hooks, which are not known here", "application", w.key)
	default:
		var err error
		if opts.Manifests, err = r.lastManifests(ctx, w); err != nil {
			return inv, err
		}
		opts.Settings, _ = settingsOf(&w.app, nil)
		if opts.Manifests != nil {
			opts.Manifests = opts.Manifests.With(opts.Settings)
			if w.law != nil {
				opts.Manifests = opts.Manifests.Permit(w.law.permit)
			}
		}
	}
	return w.engine(r).Delete(ctx, w.owner, inv, opts)
}

// lastManifests are those of the last good target, from the disk; nil if
// nothing could ever be rendered, and so nothing was applied. Only where the
// disk has lost them are they rendered again: without them nobody knows what is
// to run before the objects go.
func (r *Reconciler) lastManifests(ctx context.Context, w *work) (*apply.Manifests, error) {
	if w.memory.Good == nil {
		return nil, nil
	}
	objects, found, err := r.opts.State.Render(w.key, w.memory.Good.Target)
	if err == nil && !found {
		if r.aim(ctx, w); w.problem != "" {
			return nil, fmt.Errorf("the manifests are not on disk, and without them its PreDelete hooks are not known; they cannot be rendered: %s", w.problem)
		}
		if err := r.opts.State.SaveMemory(w.key, w.memory); err != nil {
			r.opts.Logger.Error(err, "what was rendered is kept in memory only", "application", w.key)
		}
		objects, _, err = r.opts.State.Render(w.key, w.memory.Good.Target)
	}
	if err != nil {
		return nil, err
	}
	return r.opts.Engine.Prepare(ctx, w.owner, w.app.Spec.Destination.Namespace, objects)
}
