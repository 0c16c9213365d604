package templates

import (
	"reflect"
	"strings"
)

// patternCost is charged for compiling a pattern, on top of its size.
const patternCost = 2048

// regexBound charges a regular expression by the length of its text times the
// size that its pattern can compile to, and refuses a replacement that could
// outgrow a result.
func regexBound(m *meter, name string) any {
	return guarded(sprigFunctions[name], func(args []reflect.Value) error {
		pattern, text := args[0].String(), args[1].String()
		weight := 1 + len(pattern)
		if strings.Contains(pattern, "{") {
			weight *= 128 // a counted repetition compiles to a copy per count
		}
		if weight > m.budget.Work/(len(text)+32) {
			return m.spend(m.budget.Work)
		}
		if err := m.spend(patternCost + 32*weight + weight*len(text)); err != nil {
			return err
		}
		if len(args) == 3 && args[2].Kind() == reflect.String {
			repl := args[2].String()
			if err := m.makes(len(text)+1, len(repl)); err != nil {
				return err
			}
			return m.makes(strings.Count(repl, "$"), len(text))
		}
		return nil
	}, m)
}

// squareBound charges functions that compare every element with every other.
func squareBound(m *meter, name string) any {
	return guarded(sprigFunctions[name], func(args []reflect.Value) error {
		list := reflect.ValueOf(args[0].Interface())
		n := 0
		if list.Kind() == reflect.Slice || list.Kind() == reflect.Array {
			n = list.Len()
		}
		if n > 1<<15 {
			return m.spend(m.budget.Work)
		}
		return m.spend(n * n)
	}, m)
}

// guarded calls check before fn, and measures what fn returns.
func guarded(fn any, check func([]reflect.Value) error, m *meter) any {
	f := reflect.ValueOf(fn)
	return reflect.MakeFunc(withError(f.Type()), func(args []reflect.Value) []reflect.Value {
		if err := check(args); err != nil {
			return failed(f.Type(), err)
		}
		return m.measured(f.Type(), call(f, args))
	}).Interface()
}
