package templates

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

// bounded are the functions whose result can be far larger than what they are
// given. Each says first what it would make, and is refused before it makes it.
func bounded(m *meter) map[string]any {
	return map[string]any{
		"until": func(n int) ([]int, error) {
			if n < 0 {
				return m.count(0, n, -1)
			}
			return m.count(0, n, 1)
		},
		"untilStep": m.count,
		"seq":       m.seq,
		"repeat": func(n int, s string) (string, error) {
			if n < 0 {
				return "", fmt.Errorf("repeat: a count of %d", n)
			}
			if err := m.makes(n, len(s)); err != nil {
				return "", err
			}
			return m.text(strings.Repeat(s, n))
		},
		"indent":  func(n int, s string) (string, error) { return m.indent(n, s, "") },
		"nindent": func(n int, s string) (string, error) { return m.indent(n, s, "\n") },
		"replace": func(old, new, src string) (string, error) {
			if err := m.makes(strings.Count(src, old), len(new)); err != nil {
				return "", err
			}
			return m.text(strings.ReplaceAll(src, old, new))
		},
		"join": m.join,
		"wrap": func(width int, s string) (string, error) {
			return m.wrap(width, "\n", s, func() string { return sprigFunctions["wrap"].(func(int, string) string)(width, s) })
		},
		"wrapWith": func(width int, sep, s string) (string, error) {
			return m.wrap(width, sep, s, func() string { return sprigFunctions["wrapWith"].(func(int, string, string) string)(width, sep, s) })
		},
		"print":    func(args ...any) (string, error) { return m.print(fmt.Sprint, args) },
		"println":  func(args ...any) (string, error) { return m.print(fmt.Sprintln, args) },
		"html":     func(args ...any) (string, error) { return m.print(template.HTMLEscaper, args) },
		"js":       func(args ...any) (string, error) { return m.print(template.JSEscaper, args) },
		"urlquery": func(args ...any) (string, error) { return m.print(template.URLQueryEscaper, args) },
		"printf":   m.printf,
		"toYaml":   m.toYAML,
		"fromYaml": func(s string) (map[string]any, error) {
			out := map[string]any{}
			return out, m.fromYAML(s, &out)
		},
		"fromYamlArray": func(s string) ([]any, error) {
			out := []any{}
			err := m.fromYAML(s, &out)
			return out, err
		},
		"toPrettyJson": func(v any) (string, error) {
			out, err := m.prettyJSON(v)
			if errors.Is(err, ErrBudget) {
				return "", err
			}
			return out, nil // sprig's swallows what cannot be encoded
		},
		"mustToPrettyJson": m.prettyJSON,

		"regexMatch":                 regexBound(m, "regexMatch"),
		"mustRegexMatch":             regexBound(m, "mustRegexMatch"),
		"regexFind":                  regexBound(m, "regexFind"),
		"mustRegexFind":              regexBound(m, "mustRegexFind"),
		"regexFindAll":               regexBound(m, "regexFindAll"),
		"mustRegexFindAll":           regexBound(m, "mustRegexFindAll"),
		"regexSplit":                 regexBound(m, "regexSplit"),
		"mustRegexSplit":             regexBound(m, "mustRegexSplit"),
		"regexReplaceAll":            regexBound(m, "regexReplaceAll"),
		"mustRegexReplaceAll":        regexBound(m, "mustRegexReplaceAll"),
		"regexReplaceAllLiteral":     regexBound(m, "regexReplaceAllLiteral"),
		"mustRegexReplaceAllLiteral": regexBound(m, "mustRegexReplaceAllLiteral"),

		"uniq":        squareBound(m, "uniq"),
		"mustUniq":    squareBound(m, "mustUniq"),
		"without":     squareBound(m, "without"),
		"mustWithout": squareBound(m, "mustWithout"),
	}
}

var sprigFunctions = sprig.GenericFuncMap()

// makes charges a result of n parts of that many bytes and refuses it if it
// would not fit.
func (m *meter) makes(n, size int) error {
	if size > 0 && n > m.budget.Output/size {
		return m.fits(m.budget.Output + 1)
	}
	return m.spend(n * size)
}

// numberCost is charged for each number of a list: to make it, and to print it,
// which no function does.
const numberCost = 128

// count lists start, start+step, ... up to stop, which is not part of it. As in
// sprig, a step that leads away from stop lists nothing.
func (m *meter) count(start, stop, step int) ([]int, error) {
	out := []int{}
	if step == 0 || stop < start && step > 0 || stop > start && step < 0 {
		return out, nil
	}
	span := (stop - start) / step
	if span < 0 || span > m.budget.Steps {
		return nil, fmt.Errorf("%w: a list of more than %d numbers", ErrBudget, m.budget.Steps)
	}
	if err := m.spend(numberCost * span); err != nil {
		return nil, err
	}
	out = make([]int, 0, span+1)
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		out = append(out, i)
	}
	return out, nil
}

// seq is sprig's: seq [first [increment]] last, in words.
func (m *meter) seq(params ...int) (string, error) {
	lo, hi := 0, 0
	for _, p := range params {
		lo, hi = min(lo, p), max(hi, p)
	}
	if span := hi - lo; span < 0 || span > m.budget.Steps {
		return "", fmt.Errorf("%w: a list of more than %d numbers", ErrBudget, m.budget.Steps)
	}
	if err := m.spend(numberCost * (hi - lo)); err != nil {
		return "", err
	}
	return m.text(sprigFunctions["seq"].(func(...int) string)(params...))
}

func (m *meter) indent(n int, s, before string) (string, error) {
	if n < 0 {
		return "", fmt.Errorf("indent by %d", n)
	}
	if err := m.makes(strings.Count(s, "\n")+1, n); err != nil {
		return "", err
	}
	pad := strings.Repeat(" ", n)
	return m.text(before + pad + strings.ReplaceAll(s, "\n", "\n"+pad))
}

func (m *meter) join(sep string, list any) (string, error) {
	size, err := m.sizeOf(list)
	if err != nil {
		return "", err
	}
	elements := 1
	if v := reflect.ValueOf(list); v.Kind() == reflect.Slice || v.Kind() == reflect.Array {
		elements = v.Len()
	}
	if err := m.makes(elements, len(sep)); err != nil {
		return "", err
	}
	if err := m.spend(size); err != nil {
		return "", err
	}
	return m.text(sprigFunctions["join"].(func(string, any) string)(sep, list))
}

// wrap accounts for a text that is broken into lines: at spaces by wrap, inside
// long words too by wrapWith.
func (m *meter) wrap(width int, sep, s string, wrapped func() string) (string, error) {
	if err := m.makes(len(s)/max(width, 1)+1, len(sep)); err != nil {
		return "", err
	}
	if err := m.spend(len(s)); err != nil {
		return "", err
	}
	return m.text(wrapped())
}
