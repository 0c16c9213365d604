package generators

import (
	"fmt"
	"path"
	"strings"
)

// newPathspec compiles a pattern the way `git ls-files -- PATTERN` reads it: a
// path names itself and all below it; *, ? and [...] match any character, '/'
// too. See gitglossary(7), pathspec.
func newPathspec(pattern string) (func(file string) bool, error) {
	if strings.HasPrefix(pattern, ":") {
		return nil, fmt.Errorf("%q: pathspec magic (a leading ':') is not supported", pattern)
	}
	clean := path.Clean(pattern)
	if path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") {
		return nil, fmt.Errorf("%q is outside the repository", pattern)
	}
	if clean == "." {
		return func(string) bool { return true }, nil
	}
	below := clean + "/"
	if strings.HasSuffix(pattern, "/") {
		clean = below
	}
	wild := strings.ContainsAny(clean, `*?[\`)
	return func(file string) bool {
		return file == clean || strings.HasPrefix(file, below) || wild && wildmatch(clean, file)
	}, nil
}

// wildmatch matches a whole text. A star that fails later is retried one
// character on; only the last one needs to be, because a star matches anything.
func wildmatch(pattern, text string) bool {
	p, t := 0, 0
	star, retry := -1, 0
	for t < len(text) {
		if p < len(pattern) && pattern[p] == '*' {
			star, retry = p, t
			p++
			continue
		}
		if width, ok := matchOne(pattern[p:], text[t]); ok {
			p += width
			t++
			continue
		}
		if star < 0 {
			return false
		}
		retry++
		p, t = star+1, retry
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchOne matches one byte against the head of a pattern, and says how long
// that head is.
func matchOne(pattern string, c byte) (width int, ok bool) {
	if pattern == "" {
		return 0, false
	}
	switch pattern[0] {
	case '?':
		return 1, true
	case '\\':
		if len(pattern) == 1 {
			return 1, false
		}
		return 2, pattern[1] == c
	case '[':
		return matchClass(pattern, c)
	}
	return 1, pattern[0] == c
}

// matchClass matches [abc], [a-z], [!a], [^a], with \ escaping and a leading ]
// literal. A class that is never closed matches nothing.
func matchClass(pattern string, c byte) (width int, ok bool) {
	i := 1
	negated := i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^')
	if negated {
		i++
	}
	found := false
	for first := true; i < len(pattern); first = false {
		if pattern[i] == ']' && !first {
			return i + 1, found != negated
		}
		if named, width := namedClass(pattern[i:], c); width > 0 {
			found = found || named
			i += width
			continue
		}
		lo, next := classByte(pattern, i)
		hi := lo
		if next+1 < len(pattern) && pattern[next] == '-' && pattern[next+1] != ']' {
			hi, next = classByte(pattern, next+1)
		}
		found = found || lo <= c && c <= hi
		i = next
	}
	return len(pattern), false
}

func classByte(pattern string, i int) (c byte, next int) {
	if pattern[i] == '\\' && i+1 < len(pattern) {
		return pattern[i+1], i + 2
	}
	return pattern[i], i + 1
}

// namedClass matches [:digit:] and its like inside a class.
func namedClass(pattern string, c byte) (ok bool, width int) {
	if !strings.HasPrefix(pattern, "[:") {
		return false, 0
	}
	name, _, closed := strings.Cut(pattern[2:], ":]")
	if !closed {
		return false, 0
	}
	lower, upper, digit := c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9'
	switch name {
	case "lower":
		ok = lower
	case "upper":
		ok = upper
	case "digit":
		ok = digit
	case "alpha":
		ok = lower || upper
	case "alnum":
		ok = lower || upper || digit
	case "xdigit":
		ok = digit || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
	case "space":
		ok = strings.IndexByte(" \t\n\v\f\r", c) >= 0
	case "punct":
		ok = c > ' ' && c < 0x7f && !lower && !upper && !digit
	}
	return ok, len(name) + 4
}
