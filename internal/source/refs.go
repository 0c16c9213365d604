package source

import (
	"fmt"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
)

const (
	branches = "refs/heads/"
	tags     = "refs/tags/"
)

// lookup finds a revision among advertised references, as Argo CD does: HEAD
// or "" is the default branch; a range of versions ("1.2.*", ">=2") is the
// highest tag that fits, if any does; a version is the tag of that name; a full
// reference name is itself; a plain name is a branch before it is a tag. The
// prefix goes before ranges and versions. commit is the peeled object, tip the
// advertised one (they differ for annotated tags); tag is the short name of the
// tag that a range meant.
func lookup(refs *packp.AdvRefs, prefix, revision string) (commit, tip plumbing.Hash, tag string, found bool) {
	if revision == "" || revision == "HEAD" {
		if refs.Head == nil {
			return commit, tip, "", false
		}
		return *refs.Head, *refs.Head, "", true
	}
	if IsRange(revision) {
		if tag, ok := highestBelow(prefix, revision, shortTags(refs)); ok {
			commit, tip, found = named(refs, tags+tag)
			return commit, tip, tag, found
		}
	}
	if IsVersion(revision) {
		revision = prefix + revision
	}
	for _, name := range []string{revision, branches + revision, tags + revision} {
		if commit, tip, found = named(refs, name); found {
			return commit, tip, "", true
		}
	}
	return commit, tip, "", false
}

// shortTags are the names of all tags.
func shortTags(refs *packp.AdvRefs) []string {
	var out []string
	for name := range refs.References {
		if short, ok := strings.CutPrefix(name, tags); ok {
			out = append(out, short)
		}
	}
	return out
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
func histories(refs *packp.AdvRefs, prefix, revision string) ([]plumbing.Hash, error) {
	if _, tip, _, found := lookup(refs, prefix, revision); found {
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
