package reconcile

import (
	"context"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/internal/agent/state"
	"github.com/fairlead/fairlead/internal/apply"
)

// ownerOf is how the engine names an Application.
func ownerOf(fleet, key string, held state.Application) apply.Key {
	namespace, name, _ := strings.Cut(key, "/")
	return apply.Key{Fleet: fleet, Namespace: namespace, Name: name, UID: held.UID()}
}

// KeyOf is the key, "namespace/name", of an owner.
func KeyOf(owner apply.Key) string { return owner.Namespace + "/" + owner.Name }

// kindsOf an inventory, each once.
func kindsOf(inventories ...apply.Inventory) []schema.GroupVersionKind {
	kinds := map[schema.GroupVersionKind]bool{}
	for _, inv := range inventories {
		for _, e := range inv {
			kinds[e.GroupVersionKind()] = true
		}
	}
	return slices.SortedFunc(maps.Keys(kinds), func(a, b schema.GroupVersionKind) int {
		return strings.Compare(a.String(), b.String())
	})
}

// index says whose the objects of an inventory are, in place of what was said
// before.
func (r *Reconciler) index(key string, inv apply.Inventory) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.owners, func(_ apply.Ref, owner string) bool { return owner == key })
	for _, e := range inv {
		r.owners[e.Identity()] = key
	}
}

// keepInventory before anything is done to the cluster: in the cluster itself,
// which is what a lost disk is rebuilt from, and on disk. A full disk does not
// stop healing.
func (r *Reconciler) keepInventory(w *work) func(ctx context.Context, inv apply.Inventory) error {
	return func(ctx context.Context, inv apply.Inventory) error {
		inv = inv.Union(w.withheld())
		r.index(w.key, inv)
		if err := r.opts.Copies.Save(ctx, w.owner, inv); err != nil {
			return err
		}
		w.held.Inventory = inv
		if err := r.opts.State.SaveInventory(w.key, inv); err != nil {
			r.opts.Logger.Error(err, "inventory is kept in memory and in the cluster only", "application", w.key)
		}
		return nil
	}
}

// forget an Application that has ended. If it came back meanwhile, it is
// looked at again.
func (r *Reconciler) forget(w *work) error {
	r.index(w.key, nil)
	r.watches.Want(w.key)
	if r.opts.Orphans != nil {
		r.opts.Orphans.Want(w.key, nil)
	}
	r.mu.Lock()
	delete(r.views, w.key)
	r.mu.Unlock()
	if err := r.opts.State.Forget(w.key, w.held.Tombstone.UID); err != nil {
		return err
	}
	if again, _ := r.opts.State.Application(w.key); again.Bundle != nil {
		r.queue.Add(w.key)
	}
	return nil
}
