package helm

import (
	"regexp"
	"strings"
)

// instrument inserts a call of stepFunction behind every action that begins a
// body which can repeat, and wraps the text argument of tpl in guardFunction.
// Only insertions on the same line are made, so that lines in error messages
// stay right. Text that is no template comes back as it is.
func instrument(source string) string {
	var out strings.Builder
	for {
		open := strings.Index(source, "{{")
		if open < 0 {
			break
		}
		length := actionLength(source[open:])
		if length < 0 {
			break // the engine reports it
		}
		action := source[open : open+length]
		out.WriteString(source[:open])
		out.WriteString(guardTpl(action))
		if repeats.MatchString(action) {
			out.WriteString("{{" + stepFunction)
			if strings.HasSuffix(action, " -}}") || strings.HasSuffix(action, "\t-}}") || strings.HasSuffix(action, "\n-}}") {
				out.WriteString(" -") // the trimming that the action asked for
			}
			out.WriteString("}}")
		}
		source = source[open+length:]
	}
	out.WriteString(source)
	return out.String()
}

// repeats matches the actions whose bodies can run more than once.
var repeats = regexp.MustCompile(`^\{\{(-\s)?\s*(range|define|block)\b`)

// actionLength is the length of the action that text begins with, or -1. It
// knows comments and the three kinds of quotes.
func actionLength(text string) int {
	if rest := strings.TrimLeft(strings.TrimPrefix(text[2:], "-"), " \t\r\n"); strings.HasPrefix(rest, "/*") {
		start := len(text) - len(rest)
		end := strings.Index(rest, "*/")
		if end < 0 {
			return -1
		}
		closing := strings.Index(rest[end:], "}}")
		if closing < 0 {
			return -1
		}
		return start + end + closing + 2
	}
	for i := 2; i < len(text); i++ {
		if end := quoted(text, i); end > i {
			i = end
			continue
		}
		if strings.HasPrefix(text[i:], "}}") {
			return i + 2
		}
	}
	return -1
}

// quoted returns the index of the closing quote if one opens at i, else i. An
// open quote without end runs to the end of text.
func quoted(text string, i int) int {
	quote := text[i]
	if quote != '"' && quote != '\'' && quote != '`' {
		return i
	}
	for j := i + 1; j < len(text); j++ {
		switch {
		case text[j] == '\\' && quote != '`':
			j++
		case text[j] == quote:
			return j
		}
	}
	return len(text)
}

// guardTpl rewrites `tpl X Y` into `tpl (guard X) Y`, wherever it stands in an
// action.
func guardTpl(action string) string {
	if !strings.Contains(action, "tpl") || strings.HasPrefix(strings.TrimLeft(action, "{- \t\r\n"), "/*") {
		return action
	}
	var out strings.Builder
	for i := 0; i < len(action); {
		if end := quoted(action, i); end > i {
			end = min(end+1, len(action))
			out.WriteString(action[i:end])
			i = end
			continue
		}
		if !isWord(action, i, "tpl") {
			out.WriteByte(action[i])
			i++
			continue
		}
		start := i + len("tpl")
		for start < len(action) && strings.IndexByte(" \t\r\n", action[start]) >= 0 {
			start++
		}
		end := operandEnd(action, start)
		out.WriteString(action[i:start])
		if end > start {
			out.WriteString("(" + guardFunction + " " + guardTpl(action[start:end]) + ")")
		}
		i = max(end, start)
	}
	return out.String()
}

// isWord reports whether the function word stands at i by itself.
func isWord(text string, i int, word string) bool {
	if !strings.HasPrefix(text[i:], word) {
		return false
	}
	after := i + len(word)
	return (i == 0 || strings.IndexByte(" \t\r\n({-|=", text[i-1]) >= 0) &&
		after < len(text) && strings.IndexByte(" \t\r\n", text[after]) >= 0
}

// operandEnd is the end of the operand that begins at i: a field, a variable,
// a constant, or something in parentheses with fields behind it.
func operandEnd(text string, i int) int {
	depth := 0
	for ; i < len(text); i++ {
		if end := quoted(text, i); end > i {
			i = end
			continue
		}
		switch c := text[i]; {
		case c == '(':
			depth++
		case c == ')' && depth == 0:
			return i
		case c == ')':
			depth--
		case depth == 0 && strings.IndexByte(" \t\r\n|", c) >= 0, depth == 0 && strings.HasPrefix(text[i:], "}}"):
			return i
		}
	}
	return i
}
