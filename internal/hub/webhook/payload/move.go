package payload

import (
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// Move is one reference that was created, moved or deleted.
type Move struct {
	// Ref is a full name such as refs/heads/main; a short one may be a branch
	// or a tag, and the empty one is any.
	Ref string `json:"ref,omitempty"`
	// Before and After are commits; empty or all zeros where there is none.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Paths that changed, sorted, unless All: then any may have.
	Paths []string `json:"paths,omitempty"`
	All   bool     `json:"all,omitempty"`
}

const (
	branches = "refs/heads/"
	tags     = "refs/tags/"
)

// Touches is true if a revision, as a generator or a source writes it, may mean
// another commit after the move. A full commit never does. While the default
// branch is unknown, any branch may be it.
func (m Move) Touches(revision, defaultBranch string) bool {
	if isCommit(revision) {
		return false
	}
	if m.Ref == "" {
		return true
	}
	short, full := m.short()
	switch {
	case revision == "" || revision == "HEAD":
		return m.mayBeBranch() && (defaultBranch == "" || short == defaultBranch)
	case strings.HasPrefix(revision, "refs/"):
		return revision == m.Ref || !full && (revision == branches+short || revision == tags+short)
	case revision == short:
		return true
	case full && !strings.HasPrefix(m.Ref, tags):
		return false
	}
	return mayMeanTag(revision, short)
}

// Branch is true if the reference is, or may be, a branch, and the default
// one unless every one counts.
func (m Move) Branch(every bool, defaultBranch string) bool {
	if m.Ref == "" {
		return true
	}
	short, _ := m.short()
	return m.mayBeBranch() && (every || defaultBranch == "" || short == defaultBranch)
}

// Behind is true if commit is what the reference meant before the move and not
// what it means since: whoever was asked has not seen the move yet.
func (m Move) Behind(commit string) bool {
	return commit != "" && commit == m.Before && m.Before != m.After
}

func (m Move) short() (name string, full bool) {
	for _, prefix := range []string{branches, tags} {
		if name, ok := strings.CutPrefix(m.Ref, prefix); ok {
			return name, true
		}
	}
	return m.Ref, strings.HasPrefix(m.Ref, "refs/")
}

func (m Move) mayBeBranch() bool {
	return strings.HasPrefix(m.Ref, branches) || !strings.HasPrefix(m.Ref, "refs/")
}

// mayMeanTag is true if revision is a range of versions, or another pattern,
// that tag may satisfy. A tag that is no version by itself may be one with a
// prefix that only a source knows.
func mayMeanTag(revision, tag string) bool {
	if _, err := semver.StrictNewVersion(strings.TrimPrefix(revision, "v")); err == nil {
		return false // a whole version is a name
	}
	want, err := semver.NewConstraint(revision)
	if err != nil {
		return strings.ContainsAny(revision, " *?[^~:\\") // never in a reference's name: a pattern
	}
	version, err := semver.NewVersion(tag)
	return err != nil || want.Check(version)
}

// merge adds a later move of the same reference.
func (m Move) merge(later Move) Move {
	later.All = m.All || later.All
	later.Paths = sorted(slices.Concat(m.Paths, later.Paths))
	return later
}

func sorted(paths []string) []string {
	slices.Sort(paths)
	return slices.Compact(paths)
}

// isCommit reports whether s is a full SHA-1 or SHA-256 object name.
func isCommit(s string) bool {
	if len(s) != 40 && len(s) != 64 {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F')
	})
}

// isNone reports whether s stands for no commit.
func isNone(s string) bool { return strings.Trim(s, "0") == "" }

// commit is one commit as most hosts list them.
type commit struct {
	Added    []string `json:"added"`
	Modified []string `json:"modified"`
	Removed  []string `json:"removed"`
}

// pushed makes the move of a push. The paths count only if the list of commits
// is whole and every commit has its list.
func pushed(ref, before, after string, commits []commit, whole bool) Move {
	m := Move{Ref: ref, Before: before, After: after}
	m.All = !whole || isNone(before) || isNone(after)
	for _, c := range commits {
		if c.Added == nil && c.Modified == nil && c.Removed == nil {
			m.All = true
		}
		m.Paths = append(m.Paths, slices.Concat(c.Added, c.Modified, c.Removed)...)
	}
	m.Paths = sorted(m.Paths)
	if m.All || len(m.Paths) == 0 {
		m.Paths, m.All = nil, true
	}
	return m
}
