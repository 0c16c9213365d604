package apply

import (
	"context"
	"fmt"
	"slices"
)

// waves applies the objects, lowest wave first. Each wave is waited for until
// it is healthy, the last one only if last says so. After a wave with a
// failure the later ones are left out.
func (r *run) waves(ctx context.Context, objs []object, refused []Refusal, last bool) error {
	waves := numbers(objs, refused)
	for i, wave := range waves {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		for _, f := range refused {
			if f.Wave == wave {
				r.report(ItemResult{Ref: f.Ref, Wave: wave, Outcome: SyncFailed, Message: f.Message})
			}
		}
		applied, err := r.wave(ctx, wave, objs)
		if err != nil {
			return err
		}
		end := i == len(waves)-1
		if (!end || last) && !r.failed() && !r.req.DryRun {
			r.awaitHealthy(ctx, wave, applied)
		} else {
			r.tailWave, r.tail = wave, applied
		}
		r.ended(applied, objs)
		if r.failed() {
			if !end {
				r.note(fmt.Sprintf("waves after %d are left out until this is mended", wave))
			}
			return nil
		}
	}
	return nil
}

// numbers of the waves there are, ascending.
func numbers(objs []object, refused []Refusal) []int {
	var waves []int
	for _, o := range objs {
		waves = append(waves, o.wave)
	}
	for _, f := range refused {
		waves = append(waves, f.Wave)
	}
	slices.Sort(waves)
	return slices.Compact(waves)
}

// wave applies one wave, kind by kind; objects of one kind at the same time.
func (r *run) wave(ctx context.Context, wave int, all []object) ([]ItemResult, error) {
	var applied []ItemResult
	for _, step := range steps(all, wave) {
		kinds := r.engine.resolve(ctx, step)
		late := slices.ContainsFunc(step, func(o object) bool { return !o.settled || o.hook != "" })
		step = r.settle(step, kinds)
		if late {
			if err := r.account(ctx, step); err != nil {
				return nil, err
			}
		}
		results := make([]ItemResult, len(step))
		each(ctx, r.engine.opts.Parallel, len(step), func(i int) {
			if step[i].hook != "" {
				results[i] = r.runHook(ctx, step[i], kinds)
			} else {
				results[i] = r.apply(ctx, step[i], kinds)
			}
		})
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		for _, res := range results {
			r.report(res)
		}
		applied = append(applied, results...)
	}
	return applied, nil
}

// steps cuts one wave into runs of objects of equal rank, in order.
func steps(all []object, wave int) [][]object {
	var out [][]object
	for _, o := range all {
		if o.wave != wave {
			continue
		}
		if n := len(out); n > 0 && rank(out[n-1][0].ref.Kind) == rank(o.ref.Kind) {
			out[n-1] = append(out[n-1], o)
		} else {
			out = append(out, []object{o})
		}
	}
	return out
}
