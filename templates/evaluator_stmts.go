package templates

import (
	"maps"
	"slices"
)

// literal is text between actions.
type literal string

func (s literal) run(x *execution) control { return x.write(string(s)) }

// jump is break and continue.
type jump control

func (s jump) run(*execution) control { return control(s) }

// charge counts the nodes of a range body, as the call that instrument puts
// there does in text/template.
type charge int

func (s charge) run(x *execution) control {
	if x.meter.pass(int(s)) != nil {
		return giveUp
	}
	return proceed
}

// action prints a pipeline.
type action struct{ pipe expr }

func (s action) run(x *execution) control {
	v := s.pipe.eval(x)
	switch v.kind {
	case noValue:
		return giveUp
	case textValue:
		return x.write(v.text)
	}
	if x.out = v.appendTo(x.out); len(x.out) > x.meter.budget.Output {
		return giveUp
	}
	return proceed
}

// assign sets a variable, declared here or before.
type assign struct {
	slot int
	pipe expr
}

func (s assign) run(x *execution) control {
	v := s.pipe.eval(x)
	if v.kind == noValue {
		return giveUp
	}
	x.vars[s.slot] = v
	return proceed
}

// condition is if, and with.
type condition struct {
	pipe       expr
	slots      []int // variables that the pipeline sets
	with       bool  // the body's dot is the value
	body, none block
}

func (s *condition) run(x *execution) control {
	v := s.pipe.eval(x)
	if v.kind == noValue {
		return giveUp
	}
	for _, slot := range s.slots {
		x.vars[slot] = v
	}
	if !v.truth() {
		return s.none.run(x)
	}
	if !s.with {
		return s.body.run(x)
	}
	outer := x.dot
	x.dot = v
	c := s.body.run(x)
	x.dot = outer
	return c
}

// loop is range over a list, a map with text keys, or a number.
type loop struct {
	pipe expr
	// slots of the variables: none, the element's, or the index's and the
	// element's.
	slots      []int
	body, none block
}

func (s *loop) run(x *execution) control {
	v := s.pipe.eval(x)
	for _, slot := range s.slots {
		x.vars[slot] = v
	}
	outer := x.dot
	c, empty := s.iterate(x, v)
	x.dot = outer
	if empty && c == proceed {
		return s.none.run(x)
	}
	return c
}

func (s *loop) iterate(x *execution, v value) (c control, empty bool) {
	if v.kind == intValue && len(s.slots) < 2 {
		for i := range v.number {
			if c, done := s.pass(x, value{}, intOf(i)); done {
				return c, false
			}
		}
		return proceed, v.number <= 0
	}
	switch m := v.boxed.(type) {
	case map[string]any:
		return overMap(s, x, m, valueOf)
	case map[string]string:
		return overMap(s, x, m, textOf)
	}
	n, ok := v.length()
	if !ok || v.kind == textValue {
		return giveUp, false
	}
	for i := range n {
		if c, done := s.pass(x, intOf(i), v.at(i)); done {
			return c, false
		}
	}
	return proceed, n == 0
}

func overMap[V any](s *loop, x *execution, m map[string]V, of func(V) value) (c control, empty bool) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if c, done := s.pass(x, textOf(key), of(m[key])); done {
			return c, false
		}
	}
	return proceed, len(m) == 0
}

// pass runs the body once; done says that the loop ends, and how.
func (s *loop) pass(x *execution, index, element value) (c control, done bool) {
	if element.kind == noValue {
		return giveUp, true
	}
	switch len(s.slots) {
	case 1:
		x.vars[s.slots[0]] = element
	case 2:
		x.vars[s.slots[0]], x.vars[s.slots[1]] = index, element
	}
	x.dot = element
	switch c := s.body.run(x); c {
	case breakLoop:
		return proceed, true
	case giveUp:
		return giveUp, true
	}
	return proceed, false
}
