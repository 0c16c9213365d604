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
	produced int  // bytes rendered so far
	spent    bool // the totals were spent before this parameter set
	fields   int  // bytes that it may render to in all

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
	if x.produced += len(text); x.produced > x.fields {
		return "", fmt.Errorf("%w: all fields together are more than %d bytes", ErrBudget, x.fields)
	}
	return text, nil
}
