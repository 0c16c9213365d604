package templates

import "reflect"

// metered wraps a function so that it charges m for what it reads and returns,
// weight times. The signatures that templates call most are wrapped directly;
// the others through reflection.
func metered(m *meter, fn any, weight int) any {
	switch f := fn.(type) {
	case func(string) string:
		return func(s string) (string, error) {
			if err := m.handle(weight, len(s)); err != nil {
				return "", err
			}
			return m.text(f(s))
		}
	case func(string, string) string:
		return func(a, b string) (string, error) {
			if err := m.handle(weight, len(a)+len(b)); err != nil {
				return "", err
			}
			return m.text(f(a, b))
		}
	case func(int, string) string:
		return func(n int, s string) (string, error) {
			if err := m.handle(weight, len(s)); err != nil {
				return "", err
			}
			return m.text(f(n, s))
		}
	case func(string, string) bool:
		return func(a, b string) (bool, error) {
			return f(a, b), m.handle(weight, len(a)+len(b))
		}
	case func(string, string) []string:
		return func(a, b string) ([]string, error) {
			if err := m.handle(weight, len(a)+16*len(b)); err != nil {
				return nil, err
			}
			return f(a, b), nil
		}
	case func(...any) string:
		return func(args ...any) (string, error) {
			size, err := m.sizeOf(args)
			if err != nil {
				return "", err
			}
			if err := m.handle(weight, size); err != nil {
				return "", err
			}
			return m.text(f(args...))
		}
	case func(...any) (string, error):
		return func(args ...any) (string, error) {
			size, err := m.sizeOf(args)
			if err != nil {
				return "", err
			}
			if err := m.handle(weight, size); err != nil {
				return "", err
			}
			text, err := f(args...)
			if err != nil {
				return "", err
			}
			return m.text(text)
		}
	case func(any) string:
		return func(v any) (string, error) {
			size, err := m.sizeOf(v)
			if err != nil {
				return "", err
			}
			if err := m.handle(weight, size); err != nil {
				return "", err
			}
			return m.text(f(v))
		}
	case func(any) []string:
		return func(v any) ([]string, error) {
			size, err := m.sizeOf(v)
			if err != nil {
				return nil, err
			}
			if err := m.handle(weight, size); err != nil {
				return nil, err
			}
			return f(v), nil
		}
	}
	return meteredByReflection(m, fn, weight)
}

func meteredByReflection(m *meter, fn any, weight int) any {
	return guarded(fn, func(args []reflect.Value) error {
		total := 0
		for _, arg := range args {
			size, err := m.sizeOf(arg.Interface())
			if err != nil {
				return err
			}
			total += size
		}
		return m.handle(weight, total+reflectCost)
	}, m)
}

var errorType = reflect.TypeFor[error]()

// withError is a function type with an error result added if it has none.
func withError(t reflect.Type) reflect.Type {
	in := make([]reflect.Type, t.NumIn())
	for i := range in {
		in[i] = t.In(i)
	}
	return reflect.FuncOf(in, []reflect.Type{t.Out(0), errorType}, t.IsVariadic())
}

func call(f reflect.Value, args []reflect.Value) []reflect.Value {
	if f.Type().IsVariadic() {
		return f.CallSlice(args)
	}
	return f.Call(args)
}

func failed(t reflect.Type, err error) []reflect.Value {
	return []reflect.Value{reflect.Zero(t.Out(0)), reflect.ValueOf(&err).Elem()}
}

// measured checks the size of a result and adds the nil error it may lack.
func (m *meter) measured(t reflect.Type, out []reflect.Value) []reflect.Value {
	if len(out) == 2 && !out[1].IsNil() {
		return out
	}
	size, err := m.sizeOf(out[0].Interface())
	if err == nil {
		err = m.spend(size)
	}
	if err != nil {
		return failed(t, err)
	}
	return []reflect.Value{out[0], reflect.Zero(errorType)}
}
