package source

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

const (
	maxLinkLength = 4096
	maxTreeDepth  = 256
)

// commitFiles reads the tree objects of one commit. Folders are decoded once
// and kept for the life of the Tree.
type commitFiles struct {
	objects *objects
	root    plumbing.Hash

	mu      sync.Mutex
	folders map[string][]object.TreeEntry
}

func newCommitFiles(o *objects, root plumbing.Hash) *commitFiles {
	return &commitFiles{objects: o, root: root, folders: map[string][]object.TreeEntry{}}
}

func (c *commitFiles) lstat(name string) (fs.FileInfo, error) {
	if name == "." {
		return c.info(object.TreeEntry{Name: ".", Mode: filemode.Dir}), nil
	}
	e, err := c.entry(name)
	if err != nil {
		return nil, err
	}
	return c.info(e), nil
}

func (c *commitFiles) readLink(name string) (string, error) {
	e, err := c.entry(name)
	if err != nil {
		return "", err
	}
	target, err := c.objects.blob(e.Hash, maxLinkLength)
	return string(target), err
}

func (c *commitFiles) readFile(name string) ([]byte, error) {
	e, err := c.entry(name)
	if err != nil {
		return nil, err
	}
	if !e.Mode.IsFile() || e.Mode == filemode.Symlink {
		return nil, fmt.Errorf("not a regular file: %w", fs.ErrInvalid)
	}
	return c.objects.blob(e.Hash, c.objects.limits.FileBytes)
}

func (c *commitFiles) readDir(name string) ([]fs.DirEntry, error) {
	entries, err := c.folder(name)
	if err != nil {
		return nil, err
	}
	out := make([]fs.DirEntry, len(entries))
	for i, e := range entries {
		out[i] = fs.FileInfoToDirEntry(c.info(e))
	}
	return out, nil
}

func (c *commitFiles) entry(name string) (object.TreeEntry, error) {
	entries, err := c.folder(path.Dir(name))
	if err != nil {
		return object.TreeEntry{}, err
	}
	i, found := slices.BinarySearchFunc(entries, path.Base(name), func(e object.TreeEntry, want string) int {
		return strings.Compare(e.Name, want)
	})
	if !found {
		return object.TreeEntry{}, fs.ErrNotExist
	}
	return entries[i], nil
}

// folder lists name, sorted by file name. A submodule is an empty folder.
func (c *commitFiles) folder(name string) ([]object.TreeEntry, error) {
	c.mu.Lock()
	entries, known := c.folders[name]
	c.mu.Unlock()
	if known {
		return entries, nil
	}
	hash := c.root
	if name != "." {
		e, err := c.entry(name)
		switch {
		case err != nil:
			return nil, err
		case e.Mode == filemode.Submodule:
			return nil, nil
		case e.Mode != filemode.Dir:
			return nil, fs.ErrNotExist
		}
		hash = e.Hash
	}
	entries, err := c.objects.tree(hash)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.folders[name] = entries
	c.mu.Unlock()
	return entries, nil
}

// check walks the whole tree once: every object must be present, every name
// acceptable, and the number of files within limits. Submodules are not
// followed.
func (c *commitFiles) check(limits Limits) error {
	count := 0
	var walk func(name string, depth int) error
	walk = func(name string, depth int) error {
		if depth > maxTreeDepth {
			return fmt.Errorf("folders are nested more than %d deep: %w", maxTreeDepth, ErrTooLarge)
		}
		entries, err := c.folder(name)
		if err != nil {
			return fmt.Errorf("folder %s: %w", name, err)
		}
		for _, e := range entries {
			full := path.Join(name, e.Name)
			if !honestName(e.Name) {
				return fmt.Errorf("folder %s holds an entry named %q: %w", name, e.Name, ErrRefused)
			}
			switch e.Mode {
			case filemode.Dir:
				err = walk(full, depth+1)
			case filemode.Submodule:
			default:
				if count++; count > limits.Files {
					return fmt.Errorf("more than %d files: %w", limits.Files, ErrTooLarge)
				}
				if !c.objects.has(e.Hash) {
					err = fmt.Errorf("file %s: %w", full, errDamaged)
				}
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return walk(".", 0)
}

// honestName refuses names that mean something else to a file system.
func honestName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.EqualFold(name, ".git") &&
		!strings.ContainsAny(name, "/\\\x00")
}

func (c *commitFiles) info(e object.TreeEntry) fs.FileInfo {
	return entryInfo{objects: c.objects, entry: e}
}

// entryInfo is the fs.FileInfo of a tree entry. Git records no times; the size
// is looked up when asked for.
type entryInfo struct {
	objects *objects
	entry   object.TreeEntry
}

func (i entryInfo) Name() string       { return i.entry.Name }
func (i entryInfo) ModTime() time.Time { return time.Time{} }
func (i entryInfo) IsDir() bool        { return i.Mode().IsDir() }
func (i entryInfo) Sys() any           { return nil }

func (i entryInfo) Size() int64 {
	if i.IsDir() {
		return 0
	}
	n, err := i.objects.size(i.entry.Hash)
	if err != nil {
		return 0 // reading the file reports the damage
	}
	return n
}

func (i entryInfo) Mode() fs.FileMode {
	switch i.entry.Mode {
	case filemode.Dir, filemode.Submodule:
		return fs.ModeDir | 0o755
	case filemode.Symlink:
		return fs.ModeSymlink | 0o777
	case filemode.Executable:
		return 0o755
	}
	return 0o644
}
