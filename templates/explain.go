package templates

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// MissingKeyError says that a template read a key that its parameters lack.
type MissingKeyError struct{ Key string }

func (e *MissingKeyError) Error() string { return fmt.Sprintf("key %q is missing", e.Key) }

var (
	noEntry     = regexp.MustCompile(`map has no entry for key "([^"]*)"$`)
	noField     = regexp.MustCompile(`can't evaluate field (\S+) in type`)
	noFunction  = regexp.MustCompile(`function "([^"]+)" not defined$`)
	execPrefix  = regexp.MustCompile(`^template: [^:]*:(\d+):(\d+): executing "[^"]*" at <(.*?)>: `)
	parsePrefix = regexp.MustCompile(`^template: [^:]*:(\d+): `)
)

// explain turns text/template's message into one that speaks of the template
// the user wrote: it names the missing key, says why a function is absent, and
// drops the names that this package gave to things. Budget errors stay
// recognizable.
func explain(err error) error {
	var exhausted *ExhaustedError
	if errors.As(err, &exhausted) {
		return exhausted
	}
	text := err.Error()
	if m := noEntry.FindStringSubmatch(text); m != nil {
		return &MissingKeyError{Key: m[1]}
	}
	if m := noField.FindStringSubmatch(text); m != nil {
		return &MissingKeyError{Key: m[1]}
	}
	if m := noFunction.FindStringSubmatch(text); m != nil {
		if reason, ok := absent[m[1]]; ok {
			return fmt.Errorf("function %q is not available: it %s, and an expansion is deterministic", m[1], reason)
		}
		return fmt.Errorf("function %q does not exist", m[1])
	}
	if errors.Is(err, ErrBudget) {
		_, what, _ := strings.Cut(text, ErrBudget.Error())
		return fmt.Errorf("%w%s", ErrBudget, what)
	}
	if m := execPrefix.FindStringSubmatch(text); m != nil {
		return fmt.Errorf("line %s: {{ %s }}: %s", m[1], m[3], text[len(m[0]):])
	}
	if m := parsePrefix.FindStringSubmatch(text); m != nil {
		return fmt.Errorf("line %s: %s", m[1], text[len(m[0]):])
	}
	return err
}
