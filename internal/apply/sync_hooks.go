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
	if r.req.SkipHooks || r.req.Healing || len(r.req.Only) > 0 || len(r.m.refused) > 0 {
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
// the one of before, or an earlier attempt of this run made it.
func (r *run) runHook(ctx context.Context, o object, kinds lookups) ItemResult {
	o = o.marked(r.req.Run)
	res := ItemResult{Ref: o.ref, Wave: o.wave, Hook: o.hook}
	if kind, err := kinds.of(o.ref); err == nil && r.req.Run != "" && !r.req.DryRun {
		live, err := r.engine.get(ctx, kind, o.ref)
		if err != nil {
			return res.failed(explain(o.ref, o.want, err))
		}
		if live != nil && live.GetDeletionTimestamp() == nil && OwnerOf(live) == r.m.key.String() &&
			live.GetAnnotations()[AnnotationHookRun] == o.want.GetAnnotations()[AnnotationHookRun] {
			return res.showing(r.engine.look(live)).synced(o, "", "made by an earlier attempt of this sync", false)
		}
	}
	if slices.Contains(o.policies, v1alpha1.HookDeletePolicyBeforeHookCreation) && !r.req.DryRun {
		if message := r.removeHook(ctx, o.ref); message != "" {
			return res.failed(message)
		}
	}
	return r.apply(ctx, o, kinds)
}

// marked is a hook that says what run, and phase of it, it is part of.
func (o object) marked(run string) object {
	if run == "" {
		return o
	}
	o.want = o.want.DeepCopy()
	o.want.SetAnnotations(with(o.want.GetAnnotations(), AnnotationHookRun, run+"/"+string(o.hook)))
	return o
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

// hookRun is a hook that was applied, and how it ended.
type hookRun struct {
	object object
	result ItemResult
}

// ended remembers the hooks of a wave, for sweep.
func (r *run) ended(results []ItemResult, objs []object) {
	for _, res := range results {
		i := slices.IndexFunc(objs, func(o object) bool { return o.ref == res.Ref && o.hook == res.Hook })
		if res.Hook != "" && i >= 0 {
			r.hooksRun = append(r.hooksRun, hookRun{objs[i], res})
		}
	}
}

// sweep deletes the hooks whose policy says so, at the end of the run: until
// then they show the next attempt what has been done.
func (r *run) sweep(ctx context.Context) {
	for _, h := range r.hooksRun {
		if r.req.DryRun || !slices.Contains(h.object.policies, h.policy()) {
			continue
		}
		if message := r.removeHook(ctx, h.object.ref); message != "" {
			r.engine.opts.Logger.Info("hook is not deleted yet", "application", r.m.key.String(), "reason", message)
			continue
		}
		r.mu.Lock()
		r.inv = r.inv.Minus(Inventory{{Ref: h.object.ref}})
		r.mu.Unlock()
	}
}

// policy by which a hook that ended like this is deleted; "" while it goes on.
func (h hookRun) policy() v1alpha1.HookDeletePolicy {
	switch status := h.result.Health.Status; {
	case h.result.Outcome == SyncFailed, status == v1alpha1.HealthStatusDegraded:
		return v1alpha1.HookDeletePolicyHookFailed
	case status != "" && status != v1alpha1.HealthStatusHealthy:
		return ""
	}
	return v1alpha1.HookDeletePolicyHookSucceeded
}
