package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// maxLinks is how many symbolic links one path may cross, as on Linux.
const maxLinks = 40

// files is what a Tree reads from. Names are fs.FS names whose parents are
// real folders; no method follows a symbolic link.
type files interface {
	lstat(name string) (fs.FileInfo, error)
	readLink(name string) (string, error)
	readDir(name string) ([]fs.DirEntry, error)
	readFile(name string) ([]byte, error)
}

// Tree is the read-only content of one commit or folder.
//
// Open, ReadFile, ReadDir and Stat follow symbolic links as long as these stay
// inside the repository, and answer ErrEscapes, naming the link, when one does
// not. ReadDir lists links as links, so fs.WalkDir does not follow them.
type Tree struct {
	// Commit is the revision the content belongs to: a full SHA-1 for Git,
	// whatever the caller of [Dir] said for a folder.
	Commit string

	files files
	base  string // folder that names are relative to; "" for the repository
}

var (
	_ fs.FS         = (*Tree)(nil)
	_ fs.ReadDirFS  = (*Tree)(nil)
	_ fs.ReadFileFS = (*Tree)(nil)
	_ fs.StatFS     = (*Tree)(nil)
	_ fs.ReadLinkFS = (*Tree)(nil)
)

// Open implements fs.FS. A file is read whole.
func (t *Tree) Open(name string) (fs.File, error) {
	real, info, err := t.resolve("open", name, true)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		entries, err := t.files.readDir(real)
		if err != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
		return &openDir{info: info, name: name, entries: entries}, nil
	}
	data, err := t.files.readFile(real)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &openFile{info: info, Reader: bytes.NewReader(data)}, nil
}

// ReadFile implements fs.ReadFileFS.
func (t *Tree) ReadFile(name string) ([]byte, error) {
	real, info, err := t.resolve("readfile", name, true)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, &fs.PathError{Op: "readfile", Path: name, Err: errors.New("is a folder")}
	}
	data, err := t.files.readFile(real)
	if err != nil {
		return nil, &fs.PathError{Op: "readfile", Path: name, Err: err}
	}
	return data, nil
}

// ReadDir implements fs.ReadDirFS; entries are sorted by name.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	real, info, err := t.resolve("readdir", name, true)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.New("is a file, not a folder")}
	}
	entries, err := t.files.readDir(real)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	return slices.Clone(entries), nil
}

// Stat implements fs.StatFS.
func (t *Tree) Stat(name string) (fs.FileInfo, error) {
	_, info, err := t.resolve("stat", name, true)
	return info, err
}

// Lstat implements fs.ReadLinkFS: like Stat, for the link itself.
func (t *Tree) Lstat(name string) (fs.FileInfo, error) {
	_, info, err := t.resolve("lstat", name, false)
	return info, err
}

// ReadLink implements fs.ReadLinkFS. The target is as written and may lead
// anywhere; only the methods that follow links check it.
func (t *Tree) ReadLink(name string) (string, error) {
	real, info, err := t.resolve("readlink", name, false)
	if err != nil {
		return "", err
	}
	if info.Mode()&fs.ModeSymlink == 0 {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	return t.files.readLink(real)
}

// resolve walks name from the root, following links (the last one only if
// asked to), and returns the name of what it reached. It never looks at
// anything outside the root: ".." above it ends the walk.
func (t *Tree) resolve(op, name string, followLast bool) (string, fs.FileInfo, error) {
	fail := func(err error) (string, fs.FileInfo, error) {
		return "", nil, &fs.PathError{Op: op, Path: name, Err: err}
	}
	if !fs.ValidPath(name) {
		return fail(fs.ErrInvalid)
	}
	todo := segments(path.Join(t.base, name))
	at := "."
	info, err := t.files.lstat(at)
	if err != nil {
		return fail(err)
	}
	link := "" // the last link crossed: only a link can bring in ".."
	for links := 0; len(todo) > 0; {
		step := todo[0]
		todo = todo[1:]
		if !info.IsDir() {
			return fail(fs.ErrNotExist)
		}
		if step == ".." && at == "." {
			return fail(fmt.Errorf("symbolic link %s: %w", link, ErrEscapes))
		}
		next := path.Join(at, step)
		entry, err := t.files.lstat(next)
		if err != nil {
			return fail(err)
		}
		if entry.Mode()&fs.ModeSymlink == 0 || (len(todo) == 0 && !followLast) {
			at, info = next, entry
			continue
		}
		link = next
		if links++; links > maxLinks {
			return fail(fmt.Errorf("symbolic link %s: more than %d links in a row", link, maxLinks))
		}
		target, err := t.files.readLink(link)
		if err != nil {
			return fail(err)
		}
		if target == "" || strings.HasPrefix(target, "/") || strings.ContainsRune(target, 0) {
			return fail(fmt.Errorf("symbolic link %s: %w", link, ErrEscapes))
		}
		todo = append(segments(target), todo...)
	}
	return at, info, nil
}

// segments splits a path; "." and empty parts are dropped.
func segments(p string) []string {
	return slices.DeleteFunc(strings.Split(p, "/"), func(s string) bool { return s == "" || s == "." })
}

// openFile is an open regular file.
type openFile struct {
	info fs.FileInfo
	*bytes.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

// openDir is an open folder.
type openDir struct {
	info    fs.FileInfo
	name    string
	entries []fs.DirEntry
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Close() error               { return nil }

func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: errors.New("is a folder")}
}

func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 || n > len(d.entries) {
		if n > 0 && len(d.entries) == 0 {
			return nil, io.EOF
		}
		n = len(d.entries)
	}
	out := slices.Clone(d.entries[:n])
	d.entries = d.entries[n:]
	return out, nil
}
