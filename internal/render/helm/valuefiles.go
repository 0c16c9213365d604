package helm

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/gobwas/glob"
)

// maxValueFiles is how many files one pattern may match.
const maxValueFiles = 100

// valueFiles finds the files that value file entries name.
type valueFiles struct {
	tree          fs.FS
	folder        string // of the chart
	refs          map[string]fs.FS
	env           func(string) string
	ignoreMissing bool
}

type valueFile struct {
	name string
	text []byte
}

// find reads one entry: a path relative to the chart, "/path" from the root of
// the repository, "$ref/path" in the tree of another source, each of which may
// be a glob. The result is sorted by path.
func (v valueFiles) find(entry string) ([]valueFile, error) {
	tree, name, err := v.locate(entry)
	if err != nil {
		return nil, err
	}
	text, err := fs.ReadFile(tree, name)
	switch {
	case err == nil:
		return []valueFile{{name, text}}, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("value file %s: %w", entry, err)
	}
	found := []valueFile{}
	if strings.ContainsAny(name, "*?[{") {
		if found, err = match(tree, name); err != nil {
			return nil, fmt.Errorf("value file %s: %w", entry, err)
		}
	}
	if len(found) == 0 && !v.ignoreMissing {
		return nil, fmt.Errorf("value file %s: there is no %s in the repository; ignoreMissingValueFiles skips missing files", entry, name)
	}
	return found, nil
}

// locate returns the tree an entry belongs to and its name there, build
// environment variables substituted.
func (v valueFiles) locate(entry string) (fs.FS, string, error) {
	tree, base, rest := v.tree, v.folder, v.env(entry)
	if strings.HasPrefix(entry, "$") {
		ref, after, _ := strings.Cut(entry[1:], "/")
		other, ok := v.refs[ref]
		if ok {
			tree, base, rest = other, ".", strings.TrimLeft(v.env(after), "/")
		} else if v.env("$"+ref) == "" {
			return nil, "", fmt.Errorf("value file %s: no source of this application has ref %q", entry, ref)
		}
	}
	if scheme, _, remote := strings.Cut(rest, "://"); remote {
		return nil, "", fmt.Errorf("value file with scheme %s: files are not downloaded while rendering; copy it into the repository", scheme)
	}
	if strings.HasPrefix(rest, "/") {
		base, rest = ".", strings.TrimLeft(rest, "/")
	}
	name := path.Join(base, rest)
	if !fs.ValidPath(name) {
		return nil, "", fmt.Errorf("value file %s: path escapes repository", entry)
	}
	return tree, name, nil
}

// match reads the files that pattern matches; "**" crosses folders.
func match(tree fs.FS, pattern string) ([]valueFile, error) {
	compiled, err := glob.Compile(pattern, '/')
	if err != nil {
		return nil, err
	}
	root := path.Dir(pattern[:strings.IndexAny(pattern, "*?[{")] + "x")
	var out []valueFile
	err = fs.WalkDir(tree, root, func(name string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fs.SkipAll
		case err != nil:
			return err
		case e.IsDir() || !compiled.Match(name):
			return nil
		case len(out) >= maxValueFiles:
			return fmt.Errorf("matches more than %d files", maxValueFiles)
		}
		text, err := fs.ReadFile(tree, name)
		if err == nil {
			out = append(out, valueFile{name, text})
		}
		return err
	})
	return out, err
}
