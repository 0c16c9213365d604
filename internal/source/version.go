package source

import (
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// IsVersion is true for one version, whole or not: "1.2.3", "v1.2", "1".
func IsVersion(revision string) bool {
	_, err := semver.NewVersion(revision)
	return err == nil
}

// IsRange is true for what means several versions: "*", "1.x", ">=1.2 <2".
// One version is a name, not a range, also when it is not whole.
func IsRange(revision string) bool {
	if IsVersion(revision) {
		return false
	}
	_, err := semver.NewConstraint(revision)
	return err == nil
}

// Highest is the name with the highest version that satisfies constraint.
// Names that are no versions do not count, a leading v is allowed, and versions
// before a release ("-rc.1") count only where the constraint names one itself
// (">=1.2.0-0"). Of equal versions ("v1.0.0" and "1.0.0", or two builds of one)
// the name that sorts first is taken.
// https://argo-cd.readthedocs.io/en/stable/user-guide/tracking_strategies/
func Highest(constraint string, names []string) (name string, found bool) {
	want, err := semver.NewConstraint(constraint)
	if err != nil {
		return "", false
	}
	var best *semver.Version
	for _, n := range slices.Sorted(slices.Values(names)) {
		v, err := semver.NewVersion(n)
		if err != nil || !want.Check(v) {
			continue
		}
		if best == nil || v.GreaterThan(best) {
			best, name = v, n
		}
	}
	return name, best != nil
}

// highestBelow is Highest among the names that begin with prefix, for the rest
// of each name.
func highestBelow(prefix, constraint string, names []string) (name string, found bool) {
	var rest []string
	for _, n := range names {
		if r, ok := strings.CutPrefix(n, prefix); ok {
			rest = append(rest, r)
		}
	}
	name, found = Highest(constraint, rest)
	return prefix + name, found
}
