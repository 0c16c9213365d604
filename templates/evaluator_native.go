package templates

import (
	"cmp"
	"strconv"
	"strings"
)

// nativeFunc calls a function on values as they are, and charges what the
// bound function would. noValue hands over to the bound function, or to
// text/template if there is none.
type nativeFunc func(m *meter, args []value) value

// natives are text/template's own functions, which take values of any type,
// and those of the library that templates call most with the types that they
// call them with. Each has the bounds of its number of arguments; -1: none.
var natives = map[string]struct {
	least, most int
	call        nativeFunc
}{
	"index": {2, -1, nativeIndex},
	"len":   {1, 1, nativeLen},
	"not":   {1, 1, func(_ *meter, args []value) value { return boolOf(!args[0].truth()) }},
	"eq":    {2, -1, nativeEqual},
	"ne": {2, 2, func(m *meter, args []value) value {
		v := nativeEqual(m, args)
		if v.kind == boolValue {
			v = boolOf(!v.truth())
		}
		return v
	}},
	"lt": {2, 2, nativeOrder(func(c int) bool { return c < 0 })},
	"le": {2, 2, nativeOrder(func(c int) bool { return c <= 0 })},
	"gt": {2, 2, nativeOrder(func(c int) bool { return c > 0 })},
	"ge": {2, 2, nativeOrder(func(c int) bool { return c >= 0 })},

	"default":  {1, -1, nativeDefault},
	"empty":    {1, 1, func(_ *meter, args []value) value { return boolOf(!args[0].truth()) }},
	"coalesce": {1, -1, nativeCoalesce},
	"ternary":  {3, 3, nativeTernary},
	"printf":   {1, -1, nativePrintf},
	"quote":    {1, 1, nativeQuote},
	"slugify":  {1, 3, nativeSlugify},
}

// native finds the native function of that name for n arguments.
func native(name string, n int) nativeFunc {
	if f, ok := natives[name]; ok && n >= f.least && (f.most < 0 || n <= f.most) {
		return f.call
	}
	return nil
}

func nativeIndex(_ *meter, args []value) value {
	v := args[0]
	for _, key := range args[1:] {
		v = v.element(key)
	}
	return v
}

func nativeLen(_ *meter, args []value) value {
	if n, ok := args[0].length(); ok {
		return intOf(n)
	}
	return value{}
}

// nativeEqual compares texts, numbers of type int and booleans.
func nativeEqual(_ *meter, args []value) value {
	a := args[0]
	for _, b := range args[1:] {
		if a.kind != b.kind || a.kind == otherValue {
			return value{}
		}
		if a.text == b.text && a.number == b.number {
			return boolOf(true)
		}
	}
	return boolOf(false)
}

func nativeOrder(holds func(int) bool) nativeFunc {
	return func(_ *meter, args []value) value {
		a, b := args[0], args[1]
		switch {
		case a.kind == textValue && b.kind == textValue:
			return boolOf(holds(strings.Compare(a.text, b.text)))
		case a.kind == intValue && b.kind == intValue:
			return boolOf(holds(cmp.Compare(a.number, b.number)))
		}
		return value{}
	}
}

func nativeDefault(_ *meter, args []value) value {
	if len(args) > 1 && args[1].truth() {
		return args[1]
	}
	return args[0]
}

func nativeCoalesce(_ *meter, args []value) value {
	for _, v := range args {
		if v.truth() {
			return v
		}
	}
	return value{}
}

func nativeTernary(_ *meter, args []value) value {
	switch {
	case args[2].kind != boolValue:
		return value{}
	case args[2].truth():
		return args[0]
	}
	return args[1]
}

// nativePrintf formats texts with plain %s verbs.
func nativePrintf(m *meter, args []value) value {
	format := args[0].text
	size := 1
	for _, arg := range args {
		if arg.kind != textValue {
			return value{}
		}
		size += 1 + len(arg.text)
	}
	size -= 1 + len(format)
	if verbs, ok := textVerbs(format); !ok || verbs != len(args)-1 || size > m.budget.Output {
		return value{}
	}
	if m.makes(len(args)-1, widestNumber(format)) != nil || m.spend(size+len(format)) != nil {
		return value{}
	}
	var b strings.Builder
	b.Grow(size + len(format))
	for _, arg := range args[1:] {
		literal, rest, _ := strings.Cut(format, "%s")
		b.WriteString(literal)
		b.WriteString(arg.text)
		format = rest
	}
	b.WriteString(format)
	return textResult(m.text(b.String()))
}

// textVerbs counts the verbs of a format that has no other than %s.
func textVerbs(format string) (int, bool) {
	if strings.Contains(format, "[") {
		return 0, false // charged otherwise
	}
	n := 0
	for {
		_, rest, found := strings.Cut(format, "%")
		if !found {
			return n, true
		}
		if !strings.HasPrefix(rest, "s") {
			return n, false
		}
		n, format = n+1, rest
	}
}

func nativeQuote(m *meter, args []value) value {
	if args[0].kind != textValue || 2+len(args[0].text) > m.budget.Output {
		return value{}
	}
	if m.spend(2+len(args[0].text)) != nil {
		return value{}
	}
	return textResult(m.text(strconv.Quote(args[0].text)))
}

func nativeSlugify(m *meter, args []value) value {
	longest, smart, name := defaultSlug, true, args[len(args)-1]
	size := 1 + len(args) + len(name.text)
	if name.kind != textValue || size > m.budget.Output {
		return value{}
	}
	if len(args) > 1 {
		if args[0].kind != intValue {
			return value{}
		}
		longest = args[0].number
	}
	if len(args) > 2 {
		if args[1].kind != boolValue {
			return value{}
		}
		smart = args[1].truth()
	}
	if longest < 0 || m.spend(size) != nil {
		return value{}
	}
	return textResult(m.text(slug(longest, smart, name.text)))
}

func textResult(s string, err error) value {
	if err != nil {
		return value{}
	}
	return textOf(s)
}
