package v1alpha1

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// SetPinName is the name of the Pin of an ApplicationSet. Names of sets are
// DNS subdomains, so the prefix keeps them apart from single pins.
func SetPinName(set string) string { return "set." + set }

// RevisionPinName is the name of the Pin that single Applications of one
// namespace share for one repository (and chart) and revision.
func RevisionPinName(repoURL, chart, targetRevision string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{repoURL, chart, targetRevision}, "\x00")))
	return "revision." + hex.EncodeToString(sum[:8])
}

// Lookup returns what one source's requested revision resolves to in the
// cohort of the given name, falling back to the default cohort.
func (s PinSpec) Lookup(cohort, repoURL, chart, targetRevision string) (PinnedRevision, bool) {
	want := PinnedRevision{RepoURL: repoURL, Chart: chart, TargetRevision: targetRevision}
	for _, name := range []string{cohort, ""} {
		for _, c := range s.Cohorts {
			if c.Name != name {
				continue
			}
			i, ok := slices.BinarySearchFunc(c.Revisions, want, PinnedRevision.Compare)
			if ok {
				return c.Revisions[i], true
			}
		}
	}
	return PinnedRevision{}, false
}

// Compare orders pinned revisions by what was requested: repoURL, chart,
// targetRevision.
func (p PinnedRevision) Compare(o PinnedRevision) int {
	return cmp.Or(
		cmp.Compare(p.RepoURL, o.RepoURL),
		cmp.Compare(p.Chart, o.Chart),
		cmp.Compare(p.TargetRevision, o.TargetRevision),
	)
}
