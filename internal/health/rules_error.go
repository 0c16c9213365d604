package health

import "fmt"

// RuleError says why a rule, or all of a key, is left out.
type RuleError struct {
	// Key of the ConfigMap.
	Key string
	// Rule, counted from 1; 0 if the whole key is meant.
	Rule int
	// Field of the rule, "when" or "message"; "" if the whole rule is meant.
	Field string
	// Line and Column within the field's expression, counted from 1; 0 if they
	// are not known.
	Line, Column int
	Reason       string
}

func (e RuleError) Error() string {
	place := "health rules " + e.Key
	if e.Rule > 0 {
		place += fmt.Sprintf(", rule %d", e.Rule)
	}
	if e.Field != "" {
		place += ", " + e.Field
	}
	if e.Line > 0 {
		place += fmt.Sprintf(", line %d column %d", e.Line, e.Column)
	}
	return place + ": " + e.Reason
}
