package health

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
	switch n := o.value(path...).(type) {
	case int64:
		return n
	case float64:
		return int64(n)
	case int:
		return int64(n)
	}
	return absent
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

// condition of status.conditions, by type; absent ones have status "".
type condition struct{ status, reason, message string }

func (o object) condition(kind string) condition {
	for _, c := range o.list("status", "conditions") {
		if c.text("type") == kind {
			return condition{c.text("status"), c.text("reason"), c.text("message")}
		}
	}
	return condition{}
}

// observed tells whether the controller has seen the latest spec.
func (o object) observed() bool {
	return o.number("metadata", "generation") <= o.number("status", "observedGeneration")
}
