package templates

// constant is a literal in the template.
type constant value

func (e constant) eval(*execution) value { return value(e) }

// dot is the current element.
type dot struct{}

func (dot) eval(x *execution) value { return x.dot }

// root is $, the parameters.
type root struct{}

func (root) eval(x *execution) value { return value{kind: otherValue, boxed: x.params} }

// variable is any other $x.
type variable int

func (e variable) eval(x *execution) value { return x.vars[e] }

// path is a chain of fields below a value.
type path struct {
	from expr
	keys []string
}

func (e *path) eval(x *execution) value {
	v := e.from.eval(x)
	for _, key := range e.keys {
		v = v.field(key)
	}
	return v
}

// dotPath is a path from the current element, the most common expression.
type dotPath []string

func (e dotPath) eval(x *execution) value {
	at := x.dot.boxed
	for i, key := range e {
		switch m := at.(type) {
		case map[string]any:
			at = m[key]
		case map[string]string:
			text, ok := m[key]
			if !ok || i < len(e)-1 {
				return value{}
			}
			return textOf(text)
		default:
			return value{}
		}
	}
	return valueOf(at)
}

// logic is and, and or. What a pipeline hands over is evaluated first, like
// any last argument of a pipeline.
type logic struct {
	or   bool
	args []expr
	last expr // nil: none was handed over
}

func (e *logic) eval(x *execution) value {
	var last, v value
	if e.last != nil {
		if last = e.last.eval(x); last.kind == noValue {
			return last
		}
	}
	for _, arg := range e.args {
		if v = arg.eval(x); v.kind == noValue || v.truth() == e.or {
			return v
		}
	}
	if e.last != nil {
		return last
	}
	return v
}

// funcCall calls a function. The arguments lie on a stack that grows once.
type funcCall struct {
	args   []expr
	native nativeFunc // tried first; nil: there is none
	invoke invokeFunc // calls the bound function; nil: there is none
	slot   int        // of the bound function
}

func (e *funcCall) eval(x *execution) value {
	base := len(x.stack)
	for _, arg := range e.args {
		v := arg.eval(x)
		if v.kind == noValue {
			return v
		}
		x.stack = append(x.stack, v)
	}
	args := x.stack[base:]
	v := value{}
	if e.native != nil {
		v = e.native(x.meter, args)
	}
	if v.kind == noValue && e.invoke != nil {
		v = e.invoke(x.bound[e.slot], args)
	}
	x.stack = x.stack[:base]
	return v
}
