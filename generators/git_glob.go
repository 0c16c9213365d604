package generators

import (
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// globFiles matches path globs: * stays within a level, ** crosses levels,
// {a,b} chooses. A pattern that reaches a directory is an error, because a
// directory has no content to read.
func (e *Evaluator) globFiles(pattern string, tree *Tree) ([]string, error) {
	clean := path.Clean(strings.TrimLeft(pattern, "/"))
	if !doublestar.ValidatePattern(clean) {
		return nil, fmt.Errorf("malformed pattern %q", pattern)
	}
	if n := choices(clean); n > maxChoices {
		return nil, fmt.Errorf("%q gives more than %d ways to match: use fewer {a,b}", pattern, maxChoices)
	}
	prefix := literalPrefix(clean, `*?[{\`)
	dirs, files := below(tree.Dirs, prefix), below(tree.Files, prefix)
	if err := e.compare((len(dirs) + len(files)) * choices(clean)); err != nil {
		return nil, err
	}
	if dir, ok := matchedDirectory(clean, dirs); ok {
		return nil, fmt.Errorf("%q matches the directory %q: name files, as in **/*.yaml", pattern, dir)
	}
	var out []string
	for _, file := range files {
		if doublestar.MatchUnvalidated(clean, file) {
			out = append(out, file)
		}
	}
	return out, nil
}

func matchedDirectory(pattern string, dirs []string) (string, bool) {
	if pattern == "." || pattern == "**" {
		return ".", true
	}
	for _, dir := range dirs {
		if doublestar.MatchUnvalidated(pattern, dir) {
			return dir, true
		}
	}
	return "", false
}

// maxChoices bounds the ways in which the {a,b} of a pattern combine: each is
// tried on its own.
const maxChoices = 1000

// choices counts them, or a little more: every comma is taken for one of the
// braces before it.
func choices(pattern string) int {
	n, options := 1, 1
	for i := range len(pattern) {
		switch pattern[i] {
		case '{':
			n, options = min(n*options, maxChoices+1), 1
		case ',':
			options++
		}
	}
	return min(n*options, maxChoices+1)
}
