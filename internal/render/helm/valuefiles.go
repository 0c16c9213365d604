package helm

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

const (
	// maxValueFiles is how many files one pattern may match.
	maxValueFiles = 100
	// maxPattern is how long a pattern may be, in bytes.
	maxPattern = 1024
)

// valueFiles finds the files that value file entries name.
type valueFiles struct {
	ctx           context.Context
	tree          fs.FS
	folder        string // of the chart
	refs          map[string]fs.FS
	remote        map[string][]byte // by URL
	env           func(string) string
	ignoreMissing bool
}

type valueFile struct {
	name string
	text []byte
}

// location is what an entry names: a file or a pattern in a tree, or a URL.
type location struct {
	tree fs.FS  // nil for a URL
	ref  string // of the source whose tree it is, "" for the chart's own
	name string
}

// key tells places apart.
func (p location) key() string { return p.ref + ":" + p.name }

func (p location) isPattern() bool { return p.tree != nil && strings.ContainsAny(p.name, "*?[") }

// list reads the files that entries name, in Argo CD's order: as listed, the
// matches of a pattern in the order of their paths; a file that is named twice
// counts where it stands first, and one that a pattern matches and an entry
// names counts where it is named.
// https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#glob-patterns-in-value-files
func (v valueFiles) list(entries []string) ([]valueFile, error) {
	places := make([]location, len(entries))
	named := map[string]bool{}
	for i, entry := range entries {
		var err error
		if places[i], err = v.locate(entry); err != nil {
			return nil, fmt.Errorf("helm.valueFiles[%d]: %w", i, err)
		}
		if !places[i].isPattern() {
			named[places[i].key()] = true
		}
	}
	var out []valueFile
	taken := map[string]bool{}
	for i, p := range places {
		matches := []string{p.name}
		if p.isPattern() {
			var err error
			if matches, err = v.match(p); err != nil {
				return nil, fmt.Errorf("helm.valueFiles[%d]: value file %s: %w", i, label(entries[i]), err)
			}
		}
		for _, name := range matches {
			at := location{p.tree, p.ref, name}
			if taken[at.key()] || p.isPattern() && named[at.key()] {
				continue
			}
			taken[at.key()] = true
			text, err := v.read(at)
			if errors.Is(err, fs.ErrNotExist) && v.ignoreMissing {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("helm.valueFiles[%d]: value file %s: %w", i, label(entries[i]), absent(err, name))
			}
			out = append(out, valueFile{name, text})
		}
	}
	return out, nil
}

// one reads the file that an entry names; it must exist.
func (v valueFiles) one(entry string) (valueFile, error) {
	p, err := v.locate(entry)
	if err != nil {
		return valueFile{}, err
	}
	text, err := v.read(p)
	if err != nil {
		return valueFile{}, fmt.Errorf("file %s: %w", label(entry), err)
	}
	return valueFile{p.name, text}, nil
}

func (v valueFiles) read(p location) ([]byte, error) {
	if p.tree != nil {
		return fs.ReadFile(p.tree, p.name)
	}
	text, ok := v.remote[p.name]
	if !ok {
		return nil, errors.New("was not fetched: nothing is downloaded while rendering; copy it into the repository")
	}
	return text, nil
}

// label is an entry for messages: of a URL, what cannot be a credential.
func label(entry string) string {
	if !strings.Contains(entry, "://") {
		return entry
	}
	u, err := url.Parse(entry)
	if err != nil {
		return "with a URL that does not parse"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// absent explains a file that is not there.
func absent(err error, name string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no %s in the repository; ignoreMissingValueFiles skips missing files", name)
	}
	return err
}

// locate says what an entry names, build environment variables substituted: a
// path relative to the chart, "/path" from the root of the repository,
// "$ref/path" in the tree of another source, or a URL.
func (v valueFiles) locate(entry string) (location, error) {
	tree, in, base, rest := v.tree, "", v.folder, v.env(entry)
	if strings.HasPrefix(entry, "$") {
		ref, after, _ := strings.Cut(entry[1:], "/")
		other, ok := v.refs[ref]
		if ok {
			tree, in, base, rest = other, ref, ".", strings.TrimLeft(v.env(after), "/")
		} else if v.env("$"+ref) == "" {
			return location{}, fmt.Errorf("value file %s: no source of this application has ref %q", entry, ref)
		}
	}
	if strings.Contains(rest, "://") {
		return location{name: rest}, nil
	}
	if strings.HasPrefix(rest, "/") {
		base, rest = ".", strings.TrimLeft(rest, "/")
	}
	name := path.Join(base, rest)
	if !fs.ValidPath(name) {
		return location{}, fmt.Errorf("value file %s: path escapes repository", entry)
	}
	return location{tree, in, name}, nil
}

// match lists the files that a pattern matches; "**" crosses folders.
func (v valueFiles) match(p location) ([]string, error) {
	if len(p.name) > maxPattern {
		return nil, fmt.Errorf("the pattern is longer than %d bytes", maxPattern)
	}
	// Links to folders are not followed: they may lead back.
	found, err := doublestar.Glob(interruptible{v.ctx, p.tree}, p.name,
		doublestar.WithFilesOnly(), doublestar.WithNoFollow(), doublestar.WithFailOnIOErrors())
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(name string) bool {
		info, err := fs.Stat(p.tree, name)
		return err == nil && info.IsDir()
	})
	switch {
	case len(found) > maxValueFiles:
		return nil, fmt.Errorf("matches more than %d files", maxValueFiles)
	case len(found) == 0 && !v.ignoreMissing:
		return nil, absent(fs.ErrNotExist, p.name)
	}
	return found, nil
}

// interruptible is a tree that ends a walk when its context ends.
type interruptible struct {
	ctx context.Context
	fs.FS
}

func (t interruptible) Open(name string) (fs.File, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	return t.FS.Open(name)
}

func (t interruptible) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	return fs.ReadDir(t.FS, name)
}

func (t interruptible) Stat(name string) (fs.FileInfo, error) { return fs.Stat(t.FS, name) }
