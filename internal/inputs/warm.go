package inputs

import (
	"context"
	"fmt"
	"maps"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/expand"
)

// Warm gathers for one set again and again: after a whole expansion it knows
// what the set rests on, so that a change of some clusters costs their share
// only. It is used by one goroutine at a time.
type Warm struct {
	expander *expand.Expander
	opts     Options
	turn     func() (done func())
	rounds   int
	in       expand.Inputs // of the last complete expansion
}

// NewWarm prepares a set, whose spec does not change from then on. turn, if not
// nil, waits for leave to compute, which fetching does not need.
func NewWarm(set *v1alpha1.ApplicationSet, opts Options, turn func() (done func())) *Warm {
	opts = opts.withDefaults()
	if turn == nil {
		turn = func() func() { return func() {} }
	}
	return &Warm{expander: expand.NewExpander(set, opts.Expand), opts: opts, turn: turn, rounds: chain(set.Spec.Generators)}
}

// Expander says more of the last expansion.
func (w *Warm) Expander() *expand.Expander { return w.expander }

// Repositories that the last complete expansion rests on.
func (w *Warm) Repositories() []expand.Repository {
	out := make([]expand.Repository, 0, len(w.in.Repositories))
	for repo := range w.in.Repositories {
		out = append(out, repo)
	}
	return out
}

// Answers that the last complete expansion rests on, read only. After Change
// there may be some among them that no row needs any more.
func (w *Warm) Answers() map[expand.Question]*generators.Answer { return w.in.Answers }

// Expand is Gather, from nothing.
func (w *Warm) Expand(ctx context.Context, fleet *clusters.Inventory, p Providers) (expand.Result, error) {
	in := expand.Inputs{
		Clusters:     fleet,
		Repositories: map[expand.Repository]*generators.Tree{},
		Answers:      map[expand.Question]*generators.Answer{},
	}
	for range w.rounds + 1 {
		result := w.expand(in)
		if result.Err != nil {
			return result, nil
		}
		if len(result.Missing) == 0 {
			w.in = in
			return result, nil
		}
		if err := fetchAll(ctx, result.Missing, in, p, w.opts); err != nil {
			return expand.Result{}, err
		}
	}
	return expand.Result{}, fmt.Errorf("the set still lacks inputs after %d rounds of fetching", w.rounds)
}

// Change takes over the clusters that are not what they were; all other inputs
// stay as they were gathered, and what changed clusters need in addition is
// fetched. It is false, and nothing has happened, if only Expand can tell. An
// error means that an input could not be had.
func (w *Warm) Change(ctx context.Context, fleet *clusters.Inventory, p Providers) (expand.Delta, bool, error) {
	names := fleet.Changed(w.expander.Inventory())
	in := w.in
	in.Clusters = fleet
	for round := range w.rounds + 1 {
		delta, ok := w.change(in, names)
		if !ok {
			return expand.Delta{}, false, nil
		}
		if len(delta.Missing) == 0 {
			w.in = in
			return delta, true, nil
		}
		if round == 0 { // what others build on must not change
			in.Repositories, in.Answers = maps.Clone(in.Repositories), maps.Clone(in.Answers)
		}
		if err := fetchAll(ctx, delta.Missing, in, p, w.opts); err != nil {
			return expand.Delta{}, false, err
		}
	}
	return expand.Delta{}, false, fmt.Errorf("the set still lacks inputs after %d rounds of fetching", w.rounds)
}

func (w *Warm) expand(in expand.Inputs) expand.Result {
	defer w.turn()()
	return w.expander.Expand(in)
}

func (w *Warm) change(in expand.Inputs, names []string) (expand.Delta, bool) {
	defer w.turn()()
	return w.expander.Change(in, names)
}
