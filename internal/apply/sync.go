package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Sync brings the wanted objects to the cluster: inventory saved, namespace
// made, then wave by wave and kind by kind, each wave but the last waited for
// until it is healthy, and if nothing failed, what left is pruned. Hooks run
// before (PreSync), among (Sync) and after (PostSync) that, or when it failed
// (SyncFail).
//
// An object that fails does not stop the others of its wave; later waves are
// then left out. Failures of objects are in the result. An error means that
// the sync could not go on: ctx ended, or the inventory could not be saved.
// The result is valid in both cases.
func (e *Engine) Sync(ctx context.Context, req SyncRequest) (*SyncResult, error) {
	def(&req.PruneTimeout, 30*time.Second)
	r := &run{engine: e, req: req, m: req.Manifests, inv: NewInventory(req.Inventory...), saved: NewInventory(req.Inventory...)}
	err := r.all(ctx)
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		err = fmt.Errorf("sync objects of %s: %w", r.m.key, err)
		r.fail(err.Error())
	}
	return &SyncResult{Items: r.items, Inventory: r.saved, Failed: len(r.failures) > 0, Message: r.verdict(),
		Waiting: r.waits()}, err
}

// verdict sums the failures up, the first ten by name; failing that, what waits.
func (r *run) verdict() string {
	if len(r.failures) == 0 {
		return r.held
	}
	const most = 10
	if n := len(r.failures); n > most {
		return strings.Join(r.failures[:most], "; ") + fmt.Sprintf("; and %d more", n-most)
	}
	return strings.Join(r.failures, "; ")
}

// run is one sync in progress.
type run struct {
	engine *Engine
	req    SyncRequest
	m      *Manifests
	// unmade: this is a dry run, and the namespace does not exist.
	unmade bool
	// tail are the objects of the last wave, where nobody has waited for them.
	tailWave int
	tail     []ItemResult
	hooksRun []hookRun
	held     string // what waits for approval

	mu       sync.Mutex // guards what follows
	items    []ItemResult
	failures []string
	waiting  bool      // something is not healthy, or not approved, yet
	broken   bool      // something failed
	inv      Inventory // as it is now
	saved    Inventory // as last saved
}

func (r *run) all(ctx context.Context) error {
	if r.forbids() {
		return nil
	}
	objs := r.selected()
	kinds := r.engine.resolve(ctx, objs)
	objs = r.settle(objs, kinds)
	if err := r.account(ctx, objs); err != nil {
		return err
	}
	if r.refuseShared(ctx, objs, kinds) {
		return nil
	}
	if err := r.namespace(ctx); err != nil {
		r.fail(err.Error())
		return nil
	}
	if err := r.phases(ctx, objs); err != nil {
		return err
	}
	if !r.waits() {
		r.sweep(ctx)
	}
	return r.save(ctx)
}

// phases in the order of Argo CD
// (https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/): what fails
// leaves out what comes after, and calls the SyncFail hooks.
func (r *run) phases(ctx context.Context, objs []object) error {
	last := len(r.hooks(v1alpha1.HookTypeSync))+len(r.hooks(v1alpha1.HookTypePostSync)) > 0
	steps := []func() error{
		func() error { return r.phase(ctx, v1alpha1.HookTypePreSync) },
		func() error { return r.waves(ctx, objs, r.refused(), last) },
		func() error { return r.prune(ctx) },
		func() error { return r.phase(ctx, v1alpha1.HookTypePostSync) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
		switch {
		case r.waits():
			return nil // the next attempt goes on from here
		case r.failed():
			return r.onFailure(ctx)
		}
	}
	return nil
}

// selected are the wanted objects that the request is about, and the hooks
// that run among them.
func (r *run) selected() []object {
	objs := slices.DeleteFunc(slices.Clone(r.m.objects), func(o object) bool { return !r.isSelected(o.ref) })
	objs = append(objs, r.hooks(v1alpha1.HookTypeSync)...)
	slices.SortStableFunc(objs, func(a, b object) int { return a.compare(b.place) })
	return objs
}

// refused are the refusals that the request is about.
func (r *run) refused() []Refusal {
	return slices.DeleteFunc(slices.Clone(r.m.refused), func(f Refusal) bool { return !r.isSelected(f.Ref) })
}

func (r *run) isSelected(ref Ref) bool {
	return len(r.req.Only) == 0 || slices.ContainsFunc(r.req.Only, func(o Ref) bool { return o.Identity() == ref.Identity() })
}

// settle gives objects their final namespaces as far as their kinds are known.
func (r *run) settle(objs []object, kinds lookups) []object {
	out := make([]object, len(objs))
	for i, o := range objs {
		out[i] = o
		if kind, err := kinds.of(o.ref); err == nil {
			if settled, err := r.m.found(o, kind); err == nil {
				out[i] = settled
			}
		}
	}
	return out
}

// account adds objects to the inventory and saves it, before they are applied.
// Objects of unknown kinds come later, when their place is known.
func (r *run) account(ctx context.Context, objs []object) error {
	var entries []Entry
	for _, o := range objs {
		if o.settled {
			entries = append(entries, Entry{Ref: o.ref, Hook: o.hook != ""})
		}
	}
	r.mu.Lock()
	r.inv = r.inv.Union(entries)
	r.mu.Unlock()
	return r.save(ctx)
}

// save stores the inventory if it differs from the last one saved.
func (r *run) save(ctx context.Context) error {
	if r.req.DryRun {
		return nil
	}
	r.mu.Lock()
	inv, same := r.inv, r.inv.Equal(r.saved)
	r.mu.Unlock()
	if same {
		return nil
	}
	if r.req.SaveInventory != nil {
		if err := r.req.SaveInventory(ctx, inv); err != nil {
			return fmt.Errorf("save inventory: %w", err)
		}
	}
	r.mu.Lock()
	r.saved = inv
	r.mu.Unlock()
	return nil
}

// report keeps a result and tells the caller.
func (r *run) report(item ItemResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items = append(r.items, item)
	if item.Outcome == SyncFailed {
		r.failures, r.broken = append(r.failures, item.Message), true
	}
	if item.UID != "" && item.Outcome == Synced {
		r.inv = r.inv.with(Entry{Ref: item.Ref, UID: item.UID, Hook: item.Hook != ""})
	}
	if r.req.Progress != nil {
		r.req.Progress(item)
	}
}

// fail the sync.
func (r *run) fail(message string) {
	r.note(message)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken = true
}

// await: the sync cannot go on now, though nothing failed.
func (r *run) await(message string) {
	r.note(message)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting = true
}

func (r *run) note(message string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, message)
}

// waits tells whether all that stands in the way is time, or an approval.
func (r *run) waits() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.waiting && !r.broken
}

func (r *run) failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.failures) > 0
}
