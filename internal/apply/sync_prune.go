package apply

import (
	"context"
	"fmt"
	"slices"
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
	if !r.req.Prune {
		return r.skipPrune(ctx, extra)
	}
	opts := removeOptions{
		settings: r.m.settings, consent: func(s Settings) Consent { return s.Prune }, option: "Prune",
		confirmed: r.req.Confirmed, propagation: r.req.Propagation, timeout: r.req.PruneTimeout, dryRun: r.req.DryRun,
	}
	def(&opts.propagation, r.m.settings.propagation())
	var dropped Inventory
	removed := r.removeExtra(ctx, extra, opts)
	if i := slices.IndexFunc(removed, func(i removal) bool { return i.fate == unconfirmed }); i >= 0 {
		r.waiting, r.held = true, removed[i].message
	}
	for _, item := range removed {
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
		case retained, unconfirmed:
			res.Outcome = PruneSkipped
		default:
			res.Outcome = SyncFailed
			if r.waiting {
				res.Outcome = PruneSkipped
			}
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

// removeExtra deletes; what is marked PruneLast only once everything that was
// applied is healthy.
func (r *run) removeExtra(ctx context.Context, extra Inventory, opts removeOptions) []removal {
	items := r.engine.survey(ctx, r.m.key, extra, opts)
	if holdBack(items) {
		return items
	}
	isLast := func(i removal) bool { return i.doomed() && opts.settings.on(i.live).PruneLast }
	late := slices.DeleteFunc(slices.Clone(items), func(i removal) bool { return !isLast(i) })
	items = slices.DeleteFunc(items, isLast)
	if !r.engine.carryOut(ctx, items, opts) || len(late) == 0 {
		return append(items, late...)
	}
	if !opts.dryRun {
		r.awaitHealthy(ctx, r.tailWave, r.tail)
	}
	if r.failed() {
		for i := range late {
			late[i].message = fmt.Sprintf("%s is not pruned yet: it comes after everything is healthy (PruneLast=true)", late[i].Ref)
		}
		return append(items, late...)
	}
	r.engine.carryOut(ctx, late, opts)
	return append(items, late...)
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
		found[i] = r.engine.compareExtra(ctx, r.m, extra[i].Ref)
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
