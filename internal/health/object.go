package health

import (
	"fmt"
	"math"
	"strconv"
)

// object reads fields of a decoded object without caring whether numbers came
// as int64 (apimachinery's decoder) or float64 (a YAML library's).
type object struct{ fields map[string]any }

func (o object) value(path ...string) any {
	var v any = o.fields
	for _, key := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

func (o object) text(path ...string) string {
	s, _ := o.value(path...).(string)
	return s
}

func (o object) is(path ...string) bool {
	b, _ := o.value(path...).(bool)
	return b
}

// number is 0 where there is none.
func (o object) number(path ...string) int64 { return o.numberOr(0, path...) }

func (o object) numberOr(absent int64, path ...string) int64 {
	if n, ok := whole(o.value(path...)).(int64); ok {
		return n
	}
	return absent
}

// numeral reads a number that some versions of a kind write as a string;
// false for anything else.
func (o object) numeral(path ...string) (int64, bool) {
	v := whole(o.value(path...))
	if s, ok := v.(string); ok {
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil
	}
	n, ok := v.(int64)
	return n, ok
}

func (o object) list(path ...string) []object {
	items, _ := o.value(path...).([]any)
	out := make([]object, 0, len(items))
	for _, item := range items {
		if m, ok := item.(map[string]any); ok {
			out = append(out, object{m})
		}
	}
	return out
}

// observed tells whether the controller has seen the latest spec; a missing
// status.observedGeneration counts as 0.
func (o object) observed() bool {
	return o.number("metadata", "generation") <= o.number("status", "observedGeneration")
}

// lag says what is waited for if status.observedGeneration exists and is older
// than the spec; else "".
func (o object) lag() string {
	seen, found := whole(o.value("status", "observedGeneration")).(int64)
	if latest := o.number("metadata", "generation"); found && seen < latest {
		return fmt.Sprintf("waiting for the controller to observe generation %d; it has seen %d", latest, seen)
	}
	return ""
}

// whole gives integers as int64, whatever decoder they came from, and copies
// maps and lists on the way: kstatus and CEL tell 1 from 1.0.
func whole(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, item := range v {
			out[k] = whole(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = whole(item)
		}
		return out
	case int:
		return int64(v)
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v)
		}
	}
	return v
}
