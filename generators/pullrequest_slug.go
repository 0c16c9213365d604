package generators

import (
	"strings"

	"github.com/gosimple/slug"
)

// maxSlug leaves room in a label of 63 bytes for what users put before or after
// the slug of a branch.
const maxSlug = 50

// branchSlug is what Argo CD makes of a branch: transliterated to lower case,
// every other character than letters and digits a dash, cut at a dash.
func branchSlug(branch string) string {
	text := slug.Make(strings.ReplaceAll(branch, "_", "-"))
	if len(text) <= maxSlug {
		return text
	}
	if i := strings.LastIndexByte(text[:maxSlug+1], '-'); i >= 0 {
		return text[:i]
	}
	return text[:maxSlug]
}
