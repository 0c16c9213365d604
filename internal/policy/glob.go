package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gobwas/glob"
	"github.com/gobwas/glob/syntax"
)

// maxPattern is the longest pattern in bytes.
const maxPattern = 2048

// pattern is a compiled glob. Its language is gobwas/glob's, as in Argo CD;
// matching is done by regexp, whose time grows with the text alone: gobwas's
// own matcher walks back and forth, and a pattern of 28 characters keeps it
// busy for longer than anybody waits.
type pattern struct {
	text       string
	expression *regexp.Regexp // nil for a literal and for "*"
}

// compile reads a glob. "*" and "?" stop at separators, "**" does not; a
// pattern that is "*" alone matches everything.
func compile(text, separators string) (pattern, error) {
	p := pattern{text: text}
	switch {
	case len(text) > maxPattern:
		return p, fmt.Errorf("a pattern has at most %d bytes, this one %d", maxPattern, len(text))
	case text == "*" || !strings.ContainsAny(text, `*?[]{}\`):
		return p, nil
	}
	if _, err := glob.Compile(text, []rune(separators)...); err != nil {
		return p, err
	}
	expression, err := regexp.Compile(translate(text, separators))
	if err != nil {
		return p, fmt.Errorf("pattern as a regular expression: %w", err) // beyond its limits of depth or size
	}
	p.expression = expression
	return p, nil
}

// match says whether the pattern is the whole of text's shape.
func (p pattern) match(text string) bool {
	switch {
	case p.expression != nil:
		return p.expression.MatchString(text)
	case p.text == "*":
		return true
	default:
		return p.text == text
	}
}

// translate makes a regular expression of a glob that compiles.
func translate(text, separators string) string {
	within := "."
	if separators != "" {
		within = "[^" + class(separators) + "]"
	}
	var out strings.Builder
	out.WriteString(`\A(?s:`)
	lexer := syntax.NewLexer(text)
	for inClass := false; ; {
		token := lexer.Next()
		switch token.Type {
		case syntax.EOF, syntax.Error:
			out.WriteString(`)\z`)
			return out.String()
		case syntax.Any:
			out.WriteString(within + "*")
		case syntax.Super:
			out.WriteString(".*")
		case syntax.Single:
			out.WriteString(within)
		case syntax.TermsOpen:
			out.WriteString("(?:")
		case syntax.TermSeparator:
			out.WriteString("|")
		case syntax.TermsClose:
			out.WriteString(")")
		case syntax.RangeOpen, syntax.RangeClose:
			inClass = token.Type == syntax.RangeOpen
			out.WriteString(token.Data)
		case syntax.Not:
			out.WriteString("^")
		case syntax.RangeBetween:
			out.WriteString("-")
		case syntax.RangeLo, syntax.RangeHi:
			out.WriteString(class(token.Data))
		case syntax.Text:
			if inClass {
				out.WriteString(class(token.Data))
				continue
			}
			out.WriteString(regexp.QuoteMeta(token.Data))
		}
	}
}

// class writes characters as the inside of a regular expression's brackets.
func class(characters string) string {
	var out strings.Builder
	for _, r := range characters {
		fmt.Fprintf(&out, `\x{%x}`, r)
	}
	return out.String()
}

// rule is a glob that forbids when it begins with "!".
type rule struct {
	pattern
	denies bool
	err    error // why the glob is none
}

// ruleOf reads a rule; form shapes the glob first.
func ruleOf(text, separators string, form func(string) string) rule {
	body, denies := strings.CutPrefix(strings.TrimSpace(text), "!")
	p, err := compile(form(body), separators)
	return rule{pattern: p, denies: denies, err: err}
}

// match is true for what a rule permits: what matches, or, where the rule
// forbids, what does not. A glob that is none permits nothing.
func (r rule) match(text string) bool {
	return r.err == nil && r.pattern.match(text) != r.denies
}

// forbids is true for what a rule that forbids does forbid. One whose glob
// cannot be read forbids everything: nobody knows what it was for.
func (r rule) forbids(text string) bool { return r.denies && !r.match(text) }

// anyMatch says whether one of the globs matches one of the values.
func anyMatch(globs []pattern, values []string) bool {
	return slices.ContainsFunc(globs, func(g pattern) bool { return slices.ContainsFunc(values, g.match) })
}
