package templates

import (
	"fmt"
	"strconv"
)

// value is what an expression of the evaluator gives. Texts, numbers and
// booleans are held unboxed, because putting one into an interface costs an
// allocation each time. The zero value stands for everything that the evaluator
// leaves to text/template: nil, missing keys, types it does not know, errors.
type value struct {
	kind   valueKind
	text   string // of a textValue
	number int    // of an intValue; 1 for true
	boxed  any    // of an otherValue; may also hold the others boxed
}

type valueKind uint8

const (
	noValue valueKind = iota
	textValue
	intValue
	boolValue
	otherValue // int64, float64, and the maps and lists that parameters hold
)

func textOf(s string) value { return value{kind: textValue, text: s} }
func intOf(n int) value     { return value{kind: intValue, number: n} }

func boolOf(b bool) value {
	if b {
		return value{kind: boolValue, number: 1}
	}
	return value{kind: boolValue}
}

// valueOf admits exactly the types whose behaviour in text/template the
// evaluator repeats: none has methods, and none is nil.
func valueOf(v any) value {
	switch v := v.(type) {
	case string:
		return textOf(v)
	case bool:
		return boolOf(v)
	case int:
		return intOf(v)
	case int64, float64, map[string]any, map[string]string, []any, []string, []map[string]any, []int:
		return value{kind: otherValue, boxed: v}
	}
	return value{}
}

// box is the value as text/template would pass it to a parameter of type any.
func (v value) box() any {
	switch v.kind {
	case textValue:
		return v.text
	case intValue:
		return v.number
	case boolValue:
		return v.number != 0
	}
	return v.boxed
}

// truth is what if, and, or and sprig's empty go by.
func (v value) truth() bool {
	switch v.kind {
	case textValue:
		return v.text != ""
	case intValue, boolValue:
		return v.number != 0
	}
	if n, ok := v.length(); ok {
		return n > 0
	}
	switch n := v.boxed.(type) {
	case int64:
		return n != 0
	case float64:
		return n != 0
	}
	return false
}

// length is the number of bytes or elements of values that have one.
func (v value) length() (int, bool) {
	if v.kind == textValue {
		return len(v.text), true
	}
	switch l := v.boxed.(type) {
	case map[string]any:
		return len(l), true
	case map[string]string:
		return len(l), true
	case []any:
		return len(l), true
	case []string:
		return len(l), true
	case []map[string]any:
		return len(l), true
	case []int:
		return len(l), true
	}
	return 0, false
}

// appendTo prints the value the way text/template prints an action's.
func (v value) appendTo(out []byte) []byte {
	switch v.kind {
	case textValue:
		return append(out, v.text...)
	case intValue:
		return strconv.AppendInt(out, int64(v.number), 10)
	case boolValue:
		return strconv.AppendBool(out, v.number != 0)
	}
	return fmt.Append(out, v.boxed)
}

// field is the value under a key that is present and not nil.
func (v value) field(name string) value {
	switch m := v.boxed.(type) {
	case map[string]any:
		return valueOf(m[name])
	case map[string]string:
		if text, ok := m[name]; ok {
			return textOf(text)
		}
	}
	return value{}
}

// element is text/template's index: as field, but a missing text is empty, and
// lists have elements.
func (v value) element(key value) value {
	if key.kind == textValue {
		if m, ok := v.boxed.(map[string]string); ok {
			return textOf(m[key.text])
		}
		return v.field(key.text)
	}
	if n, ok := v.length(); !ok || key.kind != intValue || key.number < 0 || key.number >= n {
		return value{}
	}
	return v.at(key.number)
}

// at is the i-th element of a list.
func (v value) at(i int) value {
	switch l := v.boxed.(type) {
	case []any:
		return valueOf(l[i])
	case []string:
		return textOf(l[i])
	case []map[string]any:
		return valueOf(l[i])
	case []int:
		return intOf(l[i])
	}
	return value{}
}
