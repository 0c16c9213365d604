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

// edits is the Levenshtein distance in bytes; two neighbours that changed
// places are one edit.
func edits(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j-1]+cost, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
