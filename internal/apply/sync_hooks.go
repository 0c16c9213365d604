package apply

import (
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// hooks of one phase, as far as the request runs hooks at all.
func (r *run) hooks(phase v1alpha1.HookType) []object {
	if r.req.SkipHooks || len(r.req.Only) > 0 || len(r.m.refused) > 0 {
		return nil
	}
	var out []object
	for _, o := range r.m.hooks {
		if o.hook == phase {
			out = append(out, o)
		}
	}
	return out
}

// phase runs the hooks of PreSync, PostSync or SyncFail: wave by wave, each
// waited for until its jobs have ended.
func (r *run) phase(ctx context.Context, phase v1alpha1.HookType) error {
	hooks := r.hooks(phase)
	if len(hooks) == 0 {
		return nil
	}
	return r.waves(ctx, r.settle(hooks, r.engine.resolve(ctx, hooks)), nil, true)
}

// onFailure runs the SyncFail hooks; their failures add to those of the sync.
func (r *run) onFailure(ctx context.Context) error {
	r.mu.Lock()
	before := r.failures
	r.failures = nil
	r.mu.Unlock()
	err := r.phase(ctx, v1alpha1.HookTypeSyncFail)
	r.mu.Lock()
	r.failures = append(slices.Clone(before), r.failures...)
	r.mu.Unlock()
	return err
}

// runHook makes one hook's object anew, unless its delete policy says to keep
// the one of before.
func (r *run) runHook(ctx context.Context, o object, kinds lookups) ItemResult {
	if slices.Contains(o.policies, v1alpha1.HookDeletePolicyBeforeHookCreation) && !r.req.DryRun {
		if message := r.removeHook(ctx, o.ref); message != "" {
			return ItemResult{Ref: o.ref, Wave: o.wave, Hook: o.hook}.failed(message)
		}
	}
	return r.apply(ctx, o, kinds)
}

// removeHook deletes a hook's object and waits; "" when it is gone.
func (r *run) removeHook(ctx context.Context, ref Ref) string {
	opts := removeOptions{propagation: metav1.DeletePropagationForeground, timeout: r.req.PruneTimeout}
	removed := r.engine.remove(ctx, r.m.key, Inventory{{Ref: ref}}, opts)[0]
	if removed.fate == gone || removed.fate == foreign {
		return "" // what is not ours, apply refuses by name
	}
	return fmt.Sprintf("%s of the last run is in the way: %s", ref, removed.message)
}

// sweep deletes the hooks whose policy says so, once their wave has ended.
func (r *run) sweep(ctx context.Context, results []ItemResult, objs []object) {
	for _, o := range objs {
		i := slices.IndexFunc(results, func(res ItemResult) bool { return res.Ref == o.ref })
		if o.hook == "" || i < 0 || r.req.DryRun {
			continue
		}
		policy := v1alpha1.HookDeletePolicyHookSucceeded
		switch status := results[i].Health.Status; {
		case results[i].Outcome == SyncFailed, status == v1alpha1.HealthStatusDegraded:
			policy = v1alpha1.HookDeletePolicyHookFailed
		case status != "" && status != v1alpha1.HealthStatusHealthy:
			continue // not over
		}
		if !slices.Contains(o.policies, policy) {
			continue
		}
		if message := r.removeHook(ctx, o.ref); message != "" {
			r.engine.opts.Logger.Info("hook is not deleted yet", "application", r.m.key.String(), "reason", message)
			continue
		}
		r.mu.Lock()
		r.inv = r.inv.Minus(Inventory{{Ref: o.ref}})
		r.mu.Unlock()
	}
}
