package templates

// compiledText is a Go template as the evaluator runs it: straight over Go
// values, without reflection. It knows the common part of the language (see
// compileText); text/template remains the rule. Whatever the evaluator does not
// know, at compile time or at run time, and every error but those of the meter,
// is left to text/template, which then starts from the beginning. So the two can
// differ in speed only, which a fuzz test holds to.
type compiledText struct {
	body block
	vars int  // variables that live at the same time, or did
	only expr // the one action that is all of the text, or nil
}

// render reports false when text/template has to decide. A panic in a function
// is for text/template too, which makes an error of it.
func (c *compiledText) render(x *execution) (text string, ok bool) {
	steps, work := x.meter.steps, x.meter.work
	defer func() {
		if !ok {
			recover() //nolint:errcheck // text/template meets the same panic
			x.meter.forget(steps, work)
		}
	}()
	x.prepare(c.vars)
	if c.only != nil {
		if v := c.only.eval(x); v.kind == textValue {
			return v.text, len(v.text) <= x.meter.budget.Output
		} else if v.kind != noValue {
			x.out = v.appendTo(x.out)
			return string(x.out), len(x.out) <= x.meter.budget.Output
		}
		return "", false
	}
	if c.body.run(x) != proceed {
		return "", false
	}
	return string(x.out), true
}

// prepare readies the scratch space for one text.
func (x *execution) prepare(vars int) {
	x.out, x.stack = x.out[:0], x.stack[:0]
	x.dot = value{kind: otherValue, boxed: x.params}
	if len(x.vars) < vars {
		x.vars = make([]value, vars)
	}
}

// write appends to the output and says whether it still fits.
func (x *execution) write(s string) control {
	if len(x.out)+len(s) > x.meter.budget.Output {
		return giveUp
	}
	x.out = append(x.out, s...)
	return proceed
}

// expr gives a value.
type expr interface{ eval(x *execution) value }

// stmt writes output and sets variables.
type stmt interface{ run(x *execution) control }

// control says how to go on after a statement.
type control uint8

const (
	proceed control = iota
	breakLoop
	continueLoop
	giveUp // text/template decides
)

type block []stmt

func (b block) run(x *execution) control {
	for _, s := range b {
		if c := s.run(x); c != proceed {
			return c
		}
	}
	return proceed
}
