package explain

import (
	"slices"
	"strings"
)

// nearest finds the word that one may have meant: the same but for case, or at
// most two edits away in a word that is long enough for that. Of equally near
// ones the first in order.
func nearest(word string, among []string) (string, bool) {
	among = slices.Sorted(slices.Values(among))
	best, found := 3, ""
	for _, candidate := range among {
		if candidate == word {
			continue
		}
		distance := 0
		if !strings.EqualFold(candidate, word) {
			distance = edits(word, candidate)
			if distance > min(2, max(len(word), len(candidate))/3) {
				continue
			}
		}
		if distance < best {
			best, found = distance, candidate
		}
	}
	return found, best < 3
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
