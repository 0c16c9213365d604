package templates

import (
	"fmt"
	"strings"
)

func (m *meter) print(format func(...any) string, args []any) (string, error) {
	size, err := m.sizeOf(args)
	if err != nil {
		return "", err
	}
	if err := m.spend(size); err != nil {
		return "", err
	}
	return m.text(format(args...))
}

// printf refuses formats whose verbs, widths and arguments could together make
// much more than a result may hold.
func (m *meter) printf(format string, args ...any) (string, error) {
	size, err := m.sizeOf(args)
	if err != nil {
		return "", err
	}
	widest := widestNumber(format)
	for _, arg := range args {
		if n, ok := arg.(int); ok && strings.Contains(format, "*") {
			widest = max(widest, n, -n)
		}
	}
	if err := m.makes(strings.Count(format, "%"), widest); err != nil {
		return "", err
	}
	if strings.Contains(format, "[") {
		if err := m.makes(strings.Count(format, "%"), size); err != nil {
			return "", err
		}
	}
	if err := m.spend(size + len(format)); err != nil {
		return "", err
	}
	return m.text(fmt.Sprintf(format, args...))
}

// widestNumber returns the largest decimal number that stands in a format: a
// bound on its widths and precisions.
func widestNumber(format string) int {
	widest, n := 0, 0
	for i := range len(format) {
		if c := format[i]; c >= '0' && c <= '9' {
			n = min(n*10+int(c-'0'), 1<<30)
			widest = max(widest, n)
		} else {
			n = 0
		}
	}
	return widest
}
