package source

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
)

const (
	branches = "refs/heads/"
	tags     = "refs/tags/"
)

// lookup finds revision among advertised references, as `git ls-remote` shows
// them: HEAD or "" is the default branch; a full reference name is itself; a
// plain name is a branch before it is a tag; a semantic version constraint
// ("1.2.*", ">=2") is the highest tag that fits. commit is the peeled object,
// tip the advertised one (they differ for annotated tags).
func lookup(refs *packp.AdvRefs, revision string) (commit, tip plumbing.Hash, found bool) {
	if revision == "" || revision == "HEAD" {
		if refs.Head == nil {
			return commit, tip, false
		}
		return *refs.Head, *refs.Head, true
	}
	for _, name := range []string{revision, branches + revision, tags + revision} {
		if commit, tip, found = named(refs, name); found {
			return commit, tip, true
		}
	}
	if tag, ok := highest(refs, revision); ok {
		return named(refs, tag)
	}
	return commit, tip, false
}

// named looks up one full reference name. Only names below refs/ count.
func named(refs *packp.AdvRefs, name string) (commit, tip plumbing.Hash, found bool) {
	tip, found = refs.References[name]
	if !found || !strings.HasPrefix(name, "refs/") {
		return commit, tip, false
	}
	if peeled, ok := refs.Peeled[name]; ok {
		return peeled, tip, true
	}
	return tip, tip, true
}

// highest is the tag with the highest version that satisfies constraint.
func highest(refs *packp.AdvRefs, constraint string) (tag string, found bool) {
	want, err := semver.NewConstraint(constraint)
	if err != nil {
		return "", false
	}
	if _, err := semver.StrictNewVersion(strings.TrimPrefix(constraint, "v")); err == nil {
		return "", false // a whole version is a name, not a range
	}
	var best *semver.Version
	for name := range refs.References {
		short, isTag := strings.CutPrefix(name, tags)
		if !isTag {
			continue
		}
		v, err := semver.NewVersion(short)
		if err != nil || !want.Check(v) {
			continue
		}
		// "v1.0.0" and "1.0.0" are equal: the name decides.
		if best == nil || v.GreaterThan(best) || (v.Equal(best) && name < tag) {
			best, tag = v, name
		}
	}
	return tag, best != nil
}

// advertisedAs returns the advertised object that leads to commit at once.
func advertisedAs(refs *packp.AdvRefs, commit plumbing.Hash) (tip plumbing.Hash, found bool) {
	if refs.Head != nil && *refs.Head == commit {
		return commit, true
	}
	for _, h := range refs.References {
		if h == commit {
			return commit, true
		}
	}
	// Several tags of one commit are equally good: the smallest object name
	// is taken, so that requests repeat.
	for name, h := range refs.Peeled {
		if t, ok := refs.References[name]; ok && h == commit && (!found || t.String() < tip.String()) {
			tip, found = t, true
		}
	}
	return tip, found
}

// histories are the objects whose history is searched for a commit that the
// server does not hand out by name: the requested reference, or every branch
// and tag when the request named none.
func histories(refs *packp.AdvRefs, revision string) ([]plumbing.Hash, error) {
	if _, tip, found := lookup(refs, revision); found {
		return []plumbing.Hash{tip}, nil
	}
	if !isCommit(revision) && !isShortCommit(revision) {
		return nil, fmt.Errorf("revision %q %w", revision, ErrNotFound)
	}
	seen := map[plumbing.Hash]bool{}
	var out []plumbing.Hash
	for name, h := range refs.References {
		if !seen[h] && (strings.HasPrefix(name, branches) || strings.HasPrefix(name, tags)) {
			seen[h] = true
			out = append(out, h)
		}
	}
	plumbing.HashesSort(out)
	return out, nil
}
