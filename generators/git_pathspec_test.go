package generators

import (
	"slices"
	"strings"
	"testing"
)

var pathspecFiles = []string{
	"a.yaml", "a/b.yaml", "a/b/c.yaml", "ab/c.json", "x[1].yaml", "-dash", `back\slash`, "d/e/f/g.yaml", "README",
}

// The expectations are what `git ls-files -- PATTERN` (2.x) prints for a
// repository of these files.
func TestPathspec(t *testing.T) {
	for pattern, want := range map[string]string{
		"a":            "a/b.yaml a/b/c.yaml",
		"a/":           "a/b.yaml a/b/c.yaml",
		"./a/b":        "a/b/c.yaml",
		"a.yaml":       "a.yaml",
		"*.yaml":       "a.yaml a/b.yaml a/b/c.yaml x[1].yaml d/e/f/g.yaml",
		"a/*.yaml":     "a/b.yaml a/b/c.yaml",
		"a*":           "a.yaml a/b.yaml a/b/c.yaml ab/c.json",
		"a?b.yaml":     "a/b.yaml",
		"d/**/g.yaml":  "d/e/f/g.yaml",
		"**/c.*":       "a/b/c.yaml ab/c.json",
		"[x]*":         "x[1].yaml",
		"[!a-z]*":      `-dash README`,
		`x\[1\].yaml`:  "x[1].yaml",
		"x[1].yaml":    "x[1].yaml",
		"[[:upper:]]*": "README",
		"[":            "",
		"nope":         "",
		".":            strings.Join(pathspecFiles, " "),
		"*":            strings.Join(pathspecFiles, " "),
	} {
		match, err := newPathspec(pattern)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		got := slices.DeleteFunc(slices.Clone(pathspecFiles), func(f string) bool { return !match(f) })
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", pattern, got, want)
		}
	}
	for _, pattern := range []string{"../x", "/etc", ":(glob)x", ":!x"} {
		if _, err := newPathspec(pattern); err == nil {
			t.Errorf("%s: want an error", pattern)
		}
	}
}

func FuzzWildmatch(f *testing.F) {
	for _, seed := range [][2]string{{"*", "a/b"}, {"a*b*c", "aXbYc"}, {"[a-", "a"}, {`\`, `\`}, {"[[:digit:]]", "5"}, {"***a***", "a"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		matched := wildmatch(pattern, text)
		if !strings.ContainsAny(pattern, `*?[\`) && matched != (pattern == text) {
			t.Errorf("a literal %q matched %q: %v", pattern, text, matched)
		}
		if !wildmatch("*"+pattern+"*", "x"+text) && matched {
			t.Errorf("%q matches %q, but not with stars around it", pattern, text)
		}
	})
}
