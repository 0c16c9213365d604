package webhook

import "strings"

// templated is true for a text whose final value only expansion knows.
func templated(s string) bool { return strings.Contains(s, "{{") }

// couldBe is true if a text, perhaps with template actions in it, may render
// to value: what stands before the first action and after the last one is
// always there.
func couldBe(text, value string) bool {
	before, rest, ok := strings.Cut(text, "{{")
	if !ok {
		return text == value
	}
	after := ""
	if end := strings.LastIndex(rest, "}}"); end >= 0 {
		after = rest[end+len("}}"):]
	}
	return len(before)+len(after) <= len(value) && strings.HasPrefix(value, before) && strings.HasSuffix(value, after)
}

// couldName is couldBe for names that hosts compare without regard to case. An
// unknown value could be anything.
func couldName(text, value string) bool {
	return value == "" || couldBe(strings.ToLower(text), strings.ToLower(value))
}
