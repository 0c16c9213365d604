package reconcile

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/state"
	"github.com/fairlead/fairlead/internal/apply"
)

// watchLimit bounds the wait for the watches of kinds that an Application has
// not had before.
const watchLimit = 5 * time.Second

// compare prepares the objects of the target, or of the last good one, and
// looks what the cluster has of them. With nothing to compare, items are nil.
func (r *Reconciler) compare(ctx context.Context, w *work) error {
	if w.problem = first(w.law.unaccountable, w.problem); w.law.unaccountable != "" {
		return nil
	}
	w.items, w.manifests = nil, nil
	if w.memory.Good == nil {
		return nil
	}
	objects, found, err := r.opts.State.Render(w.key, w.memory.Good.Target)
	if err != nil || !found {
		return err // not found: only where the present target cannot be rendered either
	}
	w.manifests, err = r.opts.Engine.Prepare(ctx, w.owner, w.app.Spec.Destination.Namespace, objects)
	if err != nil {
		return err
	}
	settings, warnings := settingsOf(&w.app, nil)
	w.manifests = w.manifests.With(settings).Permit(w.law.permit)
	w.memory.Good.Ignored = append(w.manifests.Warnings(), warnings...)
	kinds := kindsOf(w.held.Inventory, w.manifests.Inventory())
	r.watches.Want(w.key, kinds...)
	r.watches.AwaitSynced(ctx, watchLimit, r.served(ctx, kindsOf(w.manifests.Inventory()))...)
	if w.items = r.presume(w); w.items != nil {
		return nil
	}
	return r.inspect(ctx, w)
}

// served are those kinds that the cluster knows now: only their watches are
// worth waiting for.
func (r *Reconciler) served(ctx context.Context, kinds []schema.GroupVersionKind) []schema.GroupVersionKind {
	return slices.DeleteFunc(kinds, func(gvk schema.GroupVersionKind) bool {
		_, err := r.opts.Engine.Kinds().Lookup(ctx, gvk)
		return err != nil
	})
}

// known is what spares the engine requests.
func (r *Reconciler) known(w *work) apply.Known {
	return apply.Known{Applied: appliedBy(w.memory.Applied), Observe: r.watches.Observe}
}

// inspect asks the engine, and remembers what it found to be as wanted.
func (r *Reconciler) inspect(ctx context.Context, w *work) error {
	items, err := w.law.engine.Compare(ctx, w.manifests, w.managed(), r.known(w))
	if err != nil {
		return err
	}
	w.items = items
	w.memory.Applied = nil
	for _, item := range items {
		if item.Digest != "" {
			w.memory.Applied = append(w.memory.Applied, state.Applied{Ref: item.Ref, Digest: item.Digest, Signature: item.Signature})
		}
	}
	return r.dropGone(ctx, w)
}

// dropGone takes out of the inventory what is neither wanted nor there.
func (r *Reconciler) dropGone(ctx context.Context, w *work) error {
	there := make([]apply.Entry, 0, len(w.items))
	for _, item := range w.items {
		there = append(there, apply.Entry{Ref: item.Ref})
	}
	gone := w.managed().Minus(w.manifests.Inventory()).Minus(there)
	gone = slices.DeleteFunc(gone, func(e apply.Entry) bool { return e.Hook }) // they are not compared
	if len(gone) > 0 {
		if err := r.keepInventory(w)(ctx, w.held.Inventory.Minus(gone)); err != nil {
			return err
		}
	}
	r.watches.Want(w.key, kindsOf(w.held.Inventory, w.manifests.Inventory())...)
	return nil
}

// presume answers without a request where a sync is certain to follow: the
// target is new, nobody has to be told the differences first, and some object
// is not what was applied last. Nil means that one has to look.
func (r *Reconciler) presume(w *work) []apply.Item {
	fresh := w.memory.Last == nil && len(w.held.Inventory) == 0
	moved := w.memory.Last != nil && w.memory.Last.Target != w.target.id && len(w.memory.Applied) > 0
	if !w.policy.Automated || w.stale() || w.memory.Running != nil || !fresh && !moved {
		return nil
	}
	known := r.known(w)
	items := []apply.Item{}
	differ := false
	for _, obj := range w.manifests.Objects() {
		item := apply.Item{Ref: apply.RefOf(obj)}
		last, ok := known.Applied[item.Ref]
		seen, shown := r.watches.Observe(item.Ref)
		if ok && shown && last.Digest == apply.Digest(obj) && last.Signature == seen.Signature {
			item = item.Showing(seen)
			item.State = apply.StateSynced
		} else {
			item = presumed(item, shown, seen)
			differ = true
		}
		items = append(items, item)
	}
	for _, e := range w.managed().Minus(w.manifests.Inventory()) {
		if e.Hook {
			continue
		}
		seen, _ := r.watches.Observe(e.Ref)
		items = append(items, apply.Item{Ref: e.Ref, State: apply.StateOutOfSync, Reason: apply.ReasonPrune,
			Message: e.String() + " is no longer wanted"}.Showing(seen))
	}
	if !differ {
		return nil
	}
	return items
}

func presumed(item apply.Item, shown bool, seen apply.Observed) apply.Item {
	item = item.Showing(seen)
	item.State, item.Reason, item.Message = apply.StateOutOfSync, apply.ReasonDiffers, item.String()+" is not what was applied last"
	if !shown {
		item.Reason, item.Health = apply.ReasonMissing, v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusMissing}
		item.Message = item.String() + " is not in the cluster"
	}
	return item
}

// leftovers identify the objects that are out of sync, as the watches show
// them: what a sync has left like that, another one will not mend.
func (r *Reconciler) leftovers(items []apply.Item) []string {
	var out []string
	for _, item := range items {
		if actionable(item) {
			seen, _ := r.watches.Observe(item.Ref)
			out = append(out, leftover(item.Ref, seen.Signature))
		}
	}
	slices.Sort(out)
	return out
}

func leftover(ref apply.Ref, signature string) string {
	return fmt.Sprintf("%s %s@%s", ref.Group, ref.String(), signature)
}

// actionable tells what a sync could do something about: not what is only
// waiting to be gone.
func actionable(item apply.Item) bool {
	return item.State == apply.StateOutOfSync && item.Reason != apply.ReasonDeleting && !item.Tolerated()
}

// noProgress tells whether all that is out of sync was left so by the last
// sync, and has not moved since.
func (r *Reconciler) noProgress(w *work) bool {
	if len(w.memory.Leftover) == 0 {
		return false
	}
	for _, l := range r.leftovers(w.items) {
		if !w.wasLeft(l) {
			return false
		}
	}
	return true
}

func (w *work) wasLeft(l string) bool {
	_, found := slices.BinarySearch(w.memory.Leftover, l)
	return found
}
