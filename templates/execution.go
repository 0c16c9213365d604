package templates

import (
	"fmt"
	"text/template"
)

// execution is what one goroutine holds while it renders one parameter set:
// the parameters, what they have cost so far, and scratch space.
type execution struct {
	params   Params
	out      []byte
	totals   *totals
	produced int  // bytes rendered so far
	counted  int  // of these, what totals know of
	spent    bool // the totals were spent before this parameter set

	// Go templates only.
	meter *meter
	root  *template.Template // the unit's, functions bound to meter; made when first needed
	bound []any              // functions that the evaluator calls, bound to meter
	dot   value              // the evaluator's place, variables and arguments
	vars  []value
	stack []value
}

// produce counts a rendered field.
func (x *execution) produce(text string) (string, error) {
	if x.produced += len(text); x.produced > x.totals.budget.Fields {
		return "", fmt.Errorf("%w: all fields together are more than %d bytes", ErrBudget, x.totals.budget.Fields)
	}
	if x.produced-x.counted < outputStride {
		return text, nil
	}
	x.count()
	return text, x.totals.exhausted()
}

// outputStride is what an execution may render before the totals know of it, in
// bytes.
const outputStride = 64 << 10

func (x *execution) count() {
	x.totals.add(Cost{Output: x.produced - x.counted})
	x.counted = x.produced
}

// start readies an execution for a parameter set.
func (x *execution) start(params Params) {
	x.params, x.produced, x.counted, x.spent = params, 0, 0, x.totals.spent()
	if x.meter != nil {
		x.meter.reset()
	}
}

// finish lets the totals know of the rest, and says what all has cost.
func (x *execution) finish() Cost {
	x.count()
	cost := Cost{Output: x.produced}
	if x.meter != nil {
		_ = x.meter.settle() // too late to stop this parameter set
		cost = cost.Plus(x.meter.cost())
	}
	x.params = nil
	return cost
}
