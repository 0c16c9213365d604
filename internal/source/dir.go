package source

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
)

// Dir is the tree of a local folder, under the same rules as a commit's:
// reads go through os.Root, so nothing outside dir can be reached, and Git's
// own folder is hidden. revision is reported as the tree's Commit. A folder
// that cannot be opened is reported by the first read.
func Dir(dir, revision string) *Tree {
	return &Tree{Commit: revision, files: &folder{open: sync.OnceValues(func() (*os.Root, error) {
		return os.OpenRoot(dir)
	})}}
}

// folder reads a local folder. The os.Root is closed when it is collected.
type folder struct {
	open func() (*os.Root, error)
}

func (f *folder) root(name string) (*os.Root, error) {
	if first, _, _ := strings.Cut(name, "/"); first == ".git" {
		return nil, fs.ErrNotExist
	}
	return f.open()
}

func (f *folder) lstat(name string) (fs.FileInfo, error) {
	root, err := f.root(name)
	if err != nil {
		return nil, err
	}
	info, err := root.Lstat(name)
	return info, inner(err)
}

func (f *folder) readLink(name string) (string, error) {
	root, err := f.root(name)
	if err != nil {
		return "", err
	}
	target, err := root.Readlink(name)
	return target, inner(err)
}

func (f *folder) readDir(name string) ([]fs.DirEntry, error) {
	root, err := f.root(name)
	if err != nil {
		return nil, err
	}
	dir, err := root.Open(name)
	if err != nil {
		return nil, inner(err)
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return nil, inner(err)
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return name == "." && e.Name() == ".git" })
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

func (f *folder) readFile(name string) ([]byte, error) {
	root, err := f.root(name)
	if err != nil {
		return nil, err
	}
	info, err := root.Lstat(name)
	if err != nil {
		return nil, inner(err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("not a regular file: %w", fs.ErrInvalid)
	}
	if limit := DefaultLimits().FileBytes; info.Size() > limit {
		return nil, fmt.Errorf("file of %d bytes, the limit is %d: %w", info.Size(), limit, ErrTooLarge)
	}
	data, err := root.ReadFile(name)
	return data, inner(err)
}

// inner drops the path that os adds: the Tree adds its own.
func inner(err error) error {
	if pe, ok := err.(*fs.PathError); ok {
		return pe.Err
	}
	return err
}
