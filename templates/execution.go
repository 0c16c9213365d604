package templates

import "text/template"

// execution is what one goroutine holds while it renders one parameter set:
// the parameters, what they have cost so far, and scratch space.
type execution struct {
	params   Params
	out      []byte
	produced int  // bytes rendered so far
	spent    bool // the totals were spent before this parameter set

	// Go templates only: the unit's templates with functions bound to meter.
	meter *meter
	root  *template.Template
}
