package reconcile

import (
	"context"
	"fmt"
	"time"

	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// endTimeout bounds one attempt to delete; what remains is tried again.
const endTimeout = 5 * time.Second

// end carries a tombstone out: the objects are deleted or released, then the
// Application is forgotten and the hub told. A tombstone for what is not held
// is acknowledged at once.
func (r *Reconciler) end(ctx context.Context, w *work) error {
	inv, err := r.accountOf(ctx, w)
	if err != nil {
		return err
	}
	if w.held.Tombstone.Delete {
		inv, err = r.delete(ctx, w, inv.Minus(w.withheld()))
	} else {
		err = r.opts.Engine.Release(ctx, w.owner, inv)
	}
	if left := w.withheld(); err == nil && len(left) > 0 {
		err = r.opts.Engine.Release(ctx, w.owner, left)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		r.acknowledge(w, err.Error(), len(inv))
		return err
	}
	if err := r.opts.Copies.Delete(ctx, w.owner); err != nil {
		return err
	}
	if err := r.forget(w); err != nil {
		return err
	}
	r.opts.Logger.Info("application ended", "application", w.key, "objectsDeleted", w.held.Tombstone.Delete)
	r.acknowledge(w, "", 0)
	return nil
}

// accountOf finds the inventory: the agent's own, else the copy in the cluster
// if it is that of the same UID.
func (r *Reconciler) accountOf(ctx context.Context, w *work) (apply.Inventory, error) {
	if w.held.Bundle != nil {
		return w.held.Inventory, nil
	}
	copies, err := r.opts.Copies.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for objects of %s: %w", w.key, err)
	}
	for _, stored := range copies {
		if stored.Key.String() == w.owner.String() && stored.Key.UID == w.held.Tombstone.UID {
			return stored.Inventory, nil
		}
	}
	return nil, nil
}

func (r *Reconciler) acknowledge(w *work, problem string, remaining int) {
	namespace, name := w.owner.Namespace, w.owner.Name
	r.opts.Reports.Ack(&deliveryv1.TombstoneAck{
		Namespace: namespace, Name: name, Uid: w.held.Tombstone.UID, Error: problem, Remaining: int32(remaining),
	})
}
