package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Delete removes an Application's objects and waits, within bounds, until they
// are gone; PreDelete hooks run before that, PostDelete hooks after it. It
// returns the inventory of what is left to remove, empty when done; the error
// then says what stands in the way, and the call is worth repeating. An object
// that is another Application's by now, or carries no mark any more, is left
// alone and forgotten; one that is annotated Delete=false is released. While
// one waits for approval (Delete=confirm), none is deleted.
func (e *Engine) Delete(ctx context.Context, key Key, inv Inventory, opts DeleteOptions) (Inventory, error) {
	def(&opts.Propagation, opts.Settings.propagation())
	def(&opts.Timeout, time.Minute)
	def(&opts.Run, "end-"+key.UID)
	d := &deletion{engine: e, key: key, opts: opts, inv: inv}
	for _, step := range []func(context.Context) error{d.before, d.objects, d.after} {
		if err := step(ctx); err != nil {
			return d.inv, fmt.Errorf("delete objects of %s: %w", key, err)
		}
	}
	return d.inv, nil
}

// deletion of one Application in progress.
type deletion struct {
	engine *Engine
	key    Key
	opts   DeleteOptions
	inv    Inventory // as last saved
	// kept are the PreDelete hooks: they stay until all is done, to show that
	// they have run.
	kept Inventory
}

// before runs the PreDelete hooks. One that fails keeps everything.
func (d *deletion) before(ctx context.Context) error {
	hooks := d.hooks(v1alpha1.HookTypePreDelete)
	for _, o := range hooks {
		d.kept = append(d.kept, Entry{Ref: o.ref})
	}
	_, err := d.run(ctx, hooks)
	return err
}

// objects are removed, highest wave first.
func (d *deletion) objects(ctx context.Context) error {
	late := d.kept
	for _, o := range d.hooks(v1alpha1.HookTypePostDelete) {
		late = append(late, Entry{Ref: o.ref}) // of an earlier attempt
	}
	return d.remove(ctx, d.inv.Minus(late))
}

// after runs the PostDelete hooks, and removes the hooks.
func (d *deletion) after(ctx context.Context) error {
	hooks := d.hooks(v1alpha1.HookTypePostDelete)
	r, err := d.run(ctx, hooks)
	if err != nil {
		return err
	}
	if r != nil {
		r.sweep(ctx)
		if err := r.save(ctx); err != nil {
			return err
		}
		d.inv = r.saved
	}
	var rest Inventory
	for _, o := range hooks {
		if !d.inv.Has(o.ref) {
			continue
		}
		// Its policy keeps it, for people to look at.
		if err := d.engine.releaseOne(ctx, d.key, o.ref); err != nil {
			return err
		}
		rest = append(rest, Entry{Ref: o.ref})
	}
	if err := d.forget(ctx, rest); err != nil {
		return err
	}
	return d.remove(ctx, d.inv)
}

// hooks of one phase of the deletion, their places settled.
func (d *deletion) hooks(phase v1alpha1.HookType) []object {
	var out []object
	if d.opts.Manifests == nil {
		return nil
	}
	for _, o := range d.opts.Manifests.ends {
		if o.hook == phase {
			out = append(out, o)
		}
	}
	return out
}

// run hooks wave by wave and wait until they have ended.
func (d *deletion) run(ctx context.Context, hooks []object) (*run, error) {
	if len(hooks) == 0 {
		return nil, nil
	}
	r := &run{engine: d.engine, m: d.opts.Manifests, inv: NewInventory(d.inv...), saved: NewInventory(d.inv...), req: SyncRequest{
		Manifests: d.opts.Manifests, SaveInventory: d.opts.Save, Run: d.opts.Run,
		WaveTimeout: d.opts.Timeout, PruneTimeout: d.opts.Timeout,
	}}
	err := r.waves(ctx, r.settle(hooks, d.engine.resolve(ctx, hooks)), nil, true)
	d.inv = r.saved
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err == nil && r.failed() {
		err = fmt.Errorf("%s hook: %s", hooks[0].hook, r.verdict())
	}
	return r, err
}

// remove entries, and take what is gone out of the inventory.
func (d *deletion) remove(ctx context.Context, entries Inventory) error {
	var done Inventory
	var errs []error
	for _, item := range d.engine.remove(ctx, d.key, entries, d.opts.remove()) {
		ended, err := d.conclude(ctx, item)
		if ended {
			done = append(done, item.Entry)
		} else {
			errs = append(errs, err)
		}
	}
	if err := d.forget(ctx, done); err != nil {
		return err
	}
	return errors.Join(errs...)
}

// conclude tells whether an object needs no more work, or why it does.
func (d *deletion) conclude(ctx context.Context, item removal) (bool, error) {
	switch item.fate {
	case gone:
		return true, nil
	case foreign:
		d.engine.opts.Logger.Info("object is not deleted", "application", d.key.String(), "reason", item.message)
		return true, nil
	case retained:
		err := d.engine.releaseOne(ctx, d.key, item.Ref)
		return err == nil, err
	}
	if item.message == "" {
		item.message = fmt.Sprintf("%s comes after what is still being deleted", item.Ref)
	}
	return false, errors.New(item.message)
}

// forget entries, and save what is left.
func (d *deletion) forget(ctx context.Context, done Inventory) error {
	left := d.inv.Minus(done)
	if len(left) != len(d.inv) && d.opts.Save != nil {
		if err := d.opts.Save(ctx, left); err != nil {
			return fmt.Errorf("save inventory: %w", err)
		}
	}
	d.inv = left
	return nil
}

func (o DeleteOptions) remove() removeOptions {
	return removeOptions{
		settings: o.Settings, consent: func(s Settings) Consent { return s.Delete }, option: "Delete",
		confirmed: o.Confirmed, propagation: o.Propagation, timeout: o.Timeout,
	}
}
