package reconcile

import (
	"maps"
	"time"

	"github.com/fairlead/fairlead/internal/agent/decide"
	"github.com/fairlead/fairlead/internal/apply"
)

// driftedRefs are the objects to heal.
func driftedRefs(items []apply.Item, prune bool) []apply.Ref {
	var out []apply.Ref
	for _, item := range items {
		if actionable(item) && item.Reason != apply.ReasonNotPermitted && (prune || item.Reason != apply.ReasonPrune) {
			out = append(out, item.Ref)
		}
	}
	return out
}

// budget is that of the drifted object which may be healed soonest.
func (v *view) budget(drifted []apply.Ref, now time.Time) decide.Budget {
	var best decide.Budget
	for i, ref := range drifted {
		if b := v.healing[ref]; i == 0 || b.NextAt(now).Before(best.NextAt(now)) {
			best = b
		}
	}
	return best
}

// spend takes from the budgets of those drifted objects that have some left,
// and returns them; the others have to wait.
func (v *view) spend(drifted []apply.Ref, now time.Time) []apply.Ref {
	maps.DeleteFunc(v.healing, func(_ apply.Ref, b decide.Budget) bool { return b.Full(now) })
	if v.healing == nil {
		v.healing = map[apply.Ref]decide.Budget{}
	}
	var allowed []apply.Ref
	for _, ref := range drifted {
		if b := v.healing[ref]; b.Allows(now) {
			v.healing[ref] = b.Spend(now)
			allowed = append(allowed, ref)
		}
	}
	return allowed
}
