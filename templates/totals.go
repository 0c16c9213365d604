package templates

import (
	"fmt"
	"sync/atomic"
)

// Cost is what parameter sets have taken of the totals of a Budget.
type Cost struct{ Steps, Output, Work int }

// Plus is the cost of both.
func (c Cost) Plus(d Cost) Cost {
	return Cost{c.Steps + d.Steps, c.Output + d.Output, c.Work + d.Work}
}

func (c Cost) minus(d Cost) Cost {
	return Cost{c.Steps - d.Steps, c.Output - d.Output, c.Work - d.Work}
}

// ExhaustedError says that parameter sets together took more than one of the
// totals. It wraps ErrBudget.
type ExhaustedError struct {
	Limit int
	What  string // that the limit counts
}

func (e *ExhaustedError) Error() string {
	return fmt.Sprintf("%v: all parameter sets of the set together take more than %d %s; let the templates do less, or split the set",
		ErrBudget, e.Limit, e.What)
}

func (e *ExhaustedError) Unwrap() error { return ErrBudget }

// totals sum what all parameter sets of an engine have cost. What one costs
// depends on nothing else, and the sum not on their order, so neither does the
// verdict.
type totals struct {
	budget              Budget
	mostSteps           atomic.Int64
	steps, output, work atomic.Int64
}

func newTotals(b Budget) *totals {
	t := &totals{budget: b}
	t.mostSteps.Store(int64(b.totalSteps(0)))
	return t
}

func (t *totals) add(c Cost) {
	t.steps.Add(int64(c.Steps))
	t.output.Add(int64(c.Output))
	t.work.Add(int64(c.Work))
}

func (t *totals) spent() bool {
	return t.steps.Load() > t.mostSteps.Load() ||
		t.output.Load() > int64(t.budget.TotalOutput) ||
		t.work.Load() > int64(t.budget.TotalWork)
}

func (t *totals) exhausted() error {
	switch most := t.mostSteps.Load(); {
	case t.steps.Load() > most:
		return &ExhaustedError{int(most), "steps"}
	case t.output.Load() > int64(t.budget.TotalOutput):
		return &ExhaustedError{t.budget.TotalOutput, "bytes of output"}
	case t.work.Load() > int64(t.budget.TotalWork):
		return &ExhaustedError{t.budget.TotalWork, "bytes of work in functions and loops"}
	}
	return nil
}

// Expect announces how many parameter sets are to be rendered, which
// Budget.TotalSteps may depend on, until Renew. Nothing may be rendering
// meanwhile.
func (e *Engine) Expect(sets int) {
	e.totals.mostSteps.Store(int64(e.opts.Budget.totalSteps(sets)))
}

// Renew begins another expansion with what the engine has compiled: the
// budget's totals count from zero again. Nothing may be rendering meanwhile.
func (e *Engine) Renew() {
	e.Expect(0)
	e.Recount(Cost{})
}

// Cost is what all parameter sets have cost so far.
func (e *Engine) Cost() Cost {
	t := e.totals
	return Cost{int(t.steps.Load()), int(t.output.Load()), int(t.work.Load())}
}

// Recount lets the totals go on from another cost. Nothing may be rendering
// meanwhile.
func (e *Engine) Recount(from Cost) {
	e.totals.steps.Store(int64(from.Steps))
	e.totals.output.Store(int64(from.Output))
	e.totals.work.Store(int64(from.Work))
}

// Spent says that Exhausted is an error.
func (e *Engine) Spent() bool { return e.totals.spent() }

// Exhausted is an *ExhaustedError once the parameter sets rendered so far have
// together cost more than the budget's totals.
func (e *Engine) Exhausted() error { return e.totals.exhausted() }
