package v1alpha1

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// SetPinName is the name of the Pin of an ApplicationSet. Names of sets are
// DNS subdomains, so the prefix keeps them apart from single pins.
func SetPinName(set string) string { return "set." + set }

// RevisionPinName is the name of the Pin that single Applications of one
// namespace share for what they request alike: repoURL, chart, targetRevision,
// tagPrefix and passCredentials count.
func RevisionPinName(requested PinnedRevision) string {
	parts := []string{requested.RepoURL, requested.Chart, requested.TargetRevision}
	if requested.TagPrefix != "" || requested.PassCredentials {
		parts = append(parts, requested.TagPrefix, strconv.FormatBool(requested.PassCredentials))
	}
	return "revision." + short(parts...)
}

// FilePinName is the name of the Pin of a value file at a URL, for all
// Applications of one namespace.
func FilePinName(url string) string { return "file." + short(url) }

// IsFilePin tells whether a Pin of that name stands for a value file.
func IsFilePin(name string) bool { return strings.HasPrefix(name, "file.") }

func short(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// Lookup returns what is pinned for a request in the cohort of the given name,
// falling back to the default cohort.
func (s PinSpec) Lookup(cohort string, requested PinnedRevision) (PinnedRevision, bool) {
	for _, name := range []string{cohort, ""} {
		for _, c := range s.Cohorts {
			if c.Name != name {
				continue
			}
			i, ok := slices.BinarySearchFunc(c.Revisions, requested, PinnedRevision.Compare)
			if ok {
				return c.Revisions[i], true
			}
		}
	}
	return PinnedRevision{}, false
}

// Compare orders pinned revisions by what was requested: repoURL, chart,
// targetRevision, tagPrefix, passCredentials.
func (p PinnedRevision) Compare(o PinnedRevision) int {
	return cmp.Or(
		cmp.Compare(p.RepoURL, o.RepoURL),
		cmp.Compare(p.Chart, o.Chart),
		cmp.Compare(p.TargetRevision, o.TargetRevision),
		cmp.Compare(p.TagPrefix, o.TagPrefix),
		cmp.Compare(strconv.FormatBool(p.PassCredentials), strconv.FormatBool(o.PassCredentials)),
	)
}
