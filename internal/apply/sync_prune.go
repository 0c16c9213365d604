package apply

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// prune deletes what the inventory has and the manifests do not, and takes
// what is gone out of the inventory. After a failure nothing is pruned.
func (r *run) prune(ctx context.Context) error {
	if r.failed() || ctx.Err() != nil {
		return nil
	}
	extra := r.extra()
	if len(extra) == 0 {
		return nil
	}
	opts := removeOptions{keep: optionNoPrune, propagation: r.req.Propagation, timeout: r.req.PruneTimeout, dryRun: r.req.DryRun}
	def(&opts.propagation, metav1.DeletePropagationForeground)
	if !r.req.Prune {
		return r.skipPrune(ctx, extra)
	}
	var dropped Inventory
	for _, item := range r.engine.remove(ctx, r.m.key, extra, opts) {
		res := ItemResult{Ref: item.Ref, Wave: item.wave, UID: item.UID, Message: item.message}
		switch item.fate {
		case gone:
			res.Outcome, res.Changed = Pruned, item.live != nil
			dropped = append(dropped, item.Entry)
		case leaving:
			res.Outcome, res.Changed = Pruned, !opts.dryRun
		case foreign:
			res.Outcome = PruneSkipped
			dropped = append(dropped, item.Entry)
		case retained:
			res.Outcome = PruneSkipped
		default:
			res.Outcome = SyncFailed
			if item.message == "" {
				res.Message = fmt.Sprintf("%s is not pruned yet: it comes after what is still being deleted", item.Ref)
			}
		}
		r.report(res)
	}
	r.mu.Lock()
	r.inv = r.inv.Minus(dropped)
	r.mu.Unlock()
	return nil
}

// extra are the entries to prune. An entry whose live object is also known
// under a wanted reference (a kind that moved to another group) is not one.
func (r *run) extra() Inventory {
	r.mu.Lock()
	defer r.mu.Unlock()
	wanted := r.m.Inventory()
	for _, o := range r.m.hooks {
		wanted = append(wanted, Entry{Ref: o.ref})
	}
	for _, item := range r.items { // kinds that became known on the way
		wanted = append(wanted, Entry{Ref: item.Ref})
	}
	kept := map[string]bool{}
	for _, e := range r.inv {
		if e.UID != "" && wanted.Has(e.Ref) {
			kept[e.UID] = true
		}
	}
	out := Inventory{}
	for _, e := range r.inv.Minus(wanted) {
		if r.isSelected(e.Ref) && !kept[e.UID] {
			out = append(out, e)
		}
	}
	return out
}

// skipPrune reports what would be pruned if the request allowed it, and
// forgets what has gone without it.
func (r *run) skipPrune(ctx context.Context, extra Inventory) error {
	found := make([]*Item, len(extra))
	each(ctx, r.engine.opts.Parallel, len(extra), func(i int) {
		found[i] = r.engine.compareExtra(ctx, r.m.key, extra[i].Ref)
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var dropped Inventory
	for i, item := range found {
		if item == nil {
			dropped = append(dropped, extra[i])
			continue
		}
		r.report(ItemResult{Ref: item.Ref, Wave: item.Wave, UID: item.UID, Health: item.Health, Outcome: PruneSkipped, Message: item.Message})
	}
	r.mu.Lock()
	r.inv = r.inv.Minus(dropped)
	r.mu.Unlock()
	return nil
}
