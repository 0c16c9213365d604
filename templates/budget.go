package templates

import (
	"cmp"
	"errors"
)

// ErrBudget is wrapped by every error that says a template did too much.
var ErrBudget = errors.New("template budget exceeded")

// Budget bounds what one parameter set may cost. Zero fields take the value of
// DefaultBudget.
type Budget struct {
	// Steps counts the nodes executed inside range and template bodies.
	Steps int
	// Output is the largest text one templated field may render to, and the
	// largest value a function may return, in bytes.
	Output int
	// Fields is the most that all templated fields of one parameter set may
	// render to together, in bytes.
	Fields int
	// Work bounds the bytes that functions read and write, weighted by how
	// dear the function is.
	Work int
	// Depth bounds nested template calls and nested values.
	Depth int

	// TotalSteps, TotalOutput and TotalWork bound the same for all parameter
	// sets of an Engine together. TotalSteps of 0 means 2 million steps, or
	// 1,000 for each parameter set that Expect announced if that is more, but at
	// most 10 million. text/template takes far longer for a step than the
	// evaluator, so the bodies that it runs count as work too.
	TotalSteps, TotalOutput, TotalWork int
}

const (
	leastTotalSteps = 2_000_000
	stepsPerSet     = 1_000
	mostTotalSteps  = 10_000_000
)

// DefaultBudget is generous to real templates (thousands of steps) and ends a
// hostile one within a fraction of a second.
func DefaultBudget() Budget {
	return Budget{
		Steps: 100_000, Output: 1 << 20, Fields: 4 << 20, Work: 32 << 20, Depth: 100,
		TotalOutput: 64 << 20, TotalWork: 384 << 20,
	}
}

func (b Budget) withDefaults() Budget {
	d := DefaultBudget()
	b.Steps = cmp.Or(b.Steps, d.Steps)
	b.Output = cmp.Or(b.Output, d.Output)
	b.Fields = cmp.Or(b.Fields, d.Fields)
	b.Work = cmp.Or(b.Work, d.Work)
	b.Depth = cmp.Or(b.Depth, d.Depth)
	b.TotalOutput = cmp.Or(b.TotalOutput, d.TotalOutput)
	b.TotalWork = cmp.Or(b.TotalWork, d.TotalWork)
	return b
}

// totalSteps is the bound for that many parameter sets.
func (b Budget) totalSteps(sets int) int {
	return cmp.Or(b.TotalSteps, min(max(sets, leastTotalSteps/stepsPerSet), mostTotalSteps/stepsPerSet)*stepsPerSet)
}
