package templates

// invokeFunc calls a bound function of one signature. Arguments of other types
// than it takes, and errors, give noValue.
type invokeFunc func(fn any, args []value) value

// invoker returns how to call the library's function of that name with n
// arguments, and the slot that executions keep it in. It is nil for a function
// whose signature the evaluator does not know, and for one that changes its
// arguments: text/template could then not start again.
func (u *goUnit) invoker(name string, n int) (invokeFunc, int) {
	if mutators[name] != nil {
		return nil, 0
	}
	invoke, least, most := signature(signatures()[name])
	if invoke == nil || n < least || most >= 0 && n > most {
		return nil, 0
	}
	for i, bound := range u.slots {
		if bound == name {
			return invoke, i
		}
	}
	u.slots = append(u.slots, name)
	return invoke, len(u.slots) - 1
}

// signature knows what the functions that take texts look like, free and
// metered ones; the numbers bound the arguments, -1: not at all.
func signature(fn any) (invoke invokeFunc, least, most int) {
	switch fn.(type) {
	case func(string) (string, error):
		return func(fn any, args []value) value {
			if args[0].kind != textValue {
				return value{}
			}
			return textResult(fn.(func(string) (string, error))(args[0].text))
		}, 1, 1
	case func(string, string) (string, error):
		return func(fn any, args []value) value {
			if !texts(args) {
				return value{}
			}
			return textResult(fn.(func(string, string) (string, error))(args[0].text, args[1].text))
		}, 2, 2
	case func(string, string, string) (string, error):
		return func(fn any, args []value) value {
			if !texts(args) {
				return value{}
			}
			return textResult(fn.(func(string, string, string) (string, error))(args[0].text, args[1].text, args[2].text))
		}, 3, 3
	case func(int, string) (string, error):
		return func(fn any, args []value) value {
			if args[0].kind != intValue || args[1].kind != textValue {
				return value{}
			}
			return textResult(fn.(func(int, string) (string, error))(args[0].number, args[1].text))
		}, 2, 2
	case func(string, string) (bool, error):
		return func(fn any, args []value) value {
			if !texts(args) {
				return value{}
			}
			yes, err := fn.(func(string, string) (bool, error))(args[0].text, args[1].text)
			return result(yes, err)
		}, 2, 2
	case func(string, string) ([]string, error):
		return func(fn any, args []value) value {
			if !texts(args) {
				return value{}
			}
			list, err := fn.(func(string, string) ([]string, error))(args[0].text, args[1].text)
			return result(list, err)
		}, 2, 2
	case func(string, any) (string, error):
		return func(fn any, args []value) value {
			if args[0].kind != textValue {
				return value{}
			}
			return textResult(fn.(func(string, any) (string, error))(args[0].text, args[1].box()))
		}, 2, 2
	}
	return anySignature(fn)
}

// anySignature knows the ones that take anything.
func anySignature(fn any) (invoke invokeFunc, least, most int) {
	switch fn.(type) {
	case func(any) (string, error):
		return func(fn any, args []value) value {
			return textResult(fn.(func(any) (string, error))(args[0].box()))
		}, 1, 1
	case func(any) ([]string, error):
		return func(fn any, args []value) value {
			list, err := fn.(func(any) ([]string, error))(args[0].box())
			return result(list, err)
		}, 1, 1
	case func(any) int:
		return func(fn any, args []value) value { return intOf(fn.(func(any) int)(args[0].box())) }, 1, 1
	case func(int) ([]int, error):
		return func(fn any, args []value) value {
			if args[0].kind != intValue {
				return value{}
			}
			list, err := fn.(func(int) ([]int, error))(args[0].number)
			return result(list, err)
		}, 1, 1
	case func(int, int, int) ([]int, error):
		return func(fn any, args []value) value {
			if args[0].kind != intValue || args[1].kind != intValue || args[2].kind != intValue {
				return value{}
			}
			list, err := fn.(func(int, int, int) ([]int, error))(args[0].number, args[1].number, args[2].number)
			return result(list, err)
		}, 3, 3
	case func(string) int:
		return func(fn any, args []value) value {
			if args[0].kind != textValue {
				return value{}
			}
			return intOf(fn.(func(string) int)(args[0].text))
		}, 1, 1
	case func(...any) int64:
		return func(fn any, args []value) value { return valueOf(fn.(func(...any) int64)(boxes(args)...)) }, 0, -1
	case func(any, any) int64:
		return func(fn any, args []value) value {
			return valueOf(fn.(func(any, any) int64)(args[0].box(), args[1].box()))
		}, 2, 2
	case func(...any) (string, error):
		return func(fn any, args []value) value {
			return textResult(fn.(func(...any) (string, error))(boxes(args)...))
		}, 0, -1
	case func(string, ...any) (string, error):
		return func(fn any, args []value) value {
			if args[0].kind != textValue {
				return value{}
			}
			return textResult(fn.(func(string, ...any) (string, error))(args[0].text, boxes(args[1:])...))
		}, 1, -1
	case func(...any) ([]any, error):
		return func(fn any, args []value) value {
			list, err := fn.(func(...any) ([]any, error))(boxes(args)...)
			return result(list, err)
		}, 0, -1
	case func(...any) (any, error):
		return func(fn any, args []value) value {
			v, err := fn.(func(...any) (any, error))(boxes(args)...)
			return result(v, err)
		}, 0, -1
	case func(map[string]any, string) bool:
		return func(fn any, args []value) value {
			m, ok := args[0].boxed.(map[string]any)
			if !ok || args[1].kind != textValue {
				return value{}
			}
			return boolOf(fn.(func(map[string]any, string) bool)(m, args[1].text))
		}, 2, 2
	case func(map[string]any, string) any:
		return func(fn any, args []value) value {
			m, ok := args[0].boxed.(map[string]any)
			if !ok || args[1].kind != textValue {
				return value{}
			}
			return valueOf(fn.(func(map[string]any, string) any)(m, args[1].text))
		}, 2, 2
	}
	return nil, 0, 0
}

func texts(args []value) bool {
	for _, arg := range args {
		if arg.kind != textValue {
			return false
		}
	}
	return true
}

func boxes(args []value) []any {
	out := make([]any, len(args))
	for i, arg := range args {
		out[i] = arg.box()
	}
	return out
}

func result(v any, err error) value {
	if err != nil {
		return value{}
	}
	return valueOf(v)
}
