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
func globFiles(pattern string, tree *Tree) ([]string, error) {
	clean := path.Clean(strings.TrimLeft(pattern, "/"))
	if !doublestar.ValidatePattern(clean) {
		return nil, fmt.Errorf("malformed pattern %q", pattern)
	}
	if dir, ok := matchedDirectory(clean, tree); ok {
		return nil, fmt.Errorf("%q matches the directory %q: name files, as in **/*.yaml", pattern, dir)
	}
	var out []string
	for _, file := range tree.Files {
		if doublestar.MatchUnvalidated(clean, file) {
			out = append(out, file)
		}
	}
	return out, nil
}

func matchedDirectory(pattern string, tree *Tree) (string, bool) {
	if pattern == "." || pattern == "**" {
		return ".", true
	}
	for _, dir := range tree.Dirs {
		if doublestar.MatchUnvalidated(pattern, dir) {
			return dir, true
		}
	}
	return "", false
}
