package generators

import (
	"fmt"
	"slices"
	"strings"
)

const (
	// maxMatches bounds the directories or files that one generator takes from a
	// repository.
	maxMatches = 50_000
	// maxPattern bounds the bytes of one pattern; no path is longer.
	maxPattern = 4096
	// maxComparisons bounds how often an evaluation holds a path against a
	// pattern. The rows of a matrix ask again for each row before them.
	maxComparisons = 50_000_000
)

// checkPatterns refuses patterns that no path could match.
func checkPatterns(n int, pattern func(i int) string) error {
	for i := range n {
		if size := len(pattern(i)); size > maxPattern {
			return fmt.Errorf("a pattern of %d bytes; at most %d are allowed", size, maxPattern)
		}
	}
	return nil
}

// compare counts comparisons, of which an evaluation has a number.
func (e *Evaluator) compare(n int) error {
	if e.compared += n; e.compared > maxComparisons {
		return fmt.Errorf("more than %d comparisons of paths with patterns: begin patterns with the folder that they are for",
			maxComparisons)
	}
	return nil
}

// literalPrefix is what a pattern begins with before its first special
// character.
func literalPrefix(pattern, special string) string {
	if i := strings.IndexAny(pattern, special); i >= 0 {
		return pattern[:i]
	}
	return pattern
}

// below is the part of a sorted list that begins with prefix.
func below(sorted []string, prefix string) []string {
	if prefix == "" || prefix == "." {
		return sorted
	}
	start, _ := slices.BinarySearch(sorted, prefix)
	rest := sorted[start:]
	end, _ := slices.BinarySearchFunc(rest, prefix, func(path, prefix string) int {
		if strings.HasPrefix(path, prefix) {
			return -1
		}
		return strings.Compare(path, prefix)
	})
	return rest[:end]
}
