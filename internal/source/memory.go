package source

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// Entry is one file of a tree in memory.
type Entry struct {
	// Data is the content of a regular file.
	Data []byte
	// Link, if not "", makes the entry a symbolic link to this target.
	Link string
	// Executable files keep their bit.
	Executable bool
}

// Memory is a tree of the given files, whose names are fs.FS names. Folders
// follow from the names. A name that is both a file and a folder, or a link
// that leads out or around in circles, gives an error that names it.
func Memory(revision string, entries map[string]Entry) (*Tree, error) {
	m := &memory{entries: entries, folders: map[string][]string{".": nil}}
	for name := range entries {
		if !fs.ValidPath(name) || name == "." {
			return nil, fmt.Errorf("file name %q: %w", name, ErrEscapes)
		}
		if err := m.place(name); err != nil {
			return nil, err
		}
	}
	for _, names := range m.folders {
		slices.Sort(names)
	}
	tree := &Tree{Commit: revision, files: m}
	for name, e := range entries {
		if e.Link == "" {
			continue
		}
		switch _, err := tree.Stat(name); {
		case err == nil, errors.Is(err, fs.ErrNotExist):
		case errors.Is(err, ErrEscapes):
			return nil, err
		default:
			return nil, fmt.Errorf("%w: %w", err, ErrRefused)
		}
	}
	return tree, nil
}

// memory keeps files by name and the names in each folder.
type memory struct {
	entries map[string]Entry
	folders map[string][]string
}

// place lists name in its folder, and that one in its own.
func (m *memory) place(name string) error {
	for {
		folder := path.Dir(name)
		if _, file := m.entries[folder]; file {
			return fmt.Errorf("%s is a file and a folder: %w", folder, ErrRefused)
		}
		_, known := m.folders[folder]
		m.folders[folder] = append(m.folders[folder], path.Base(name))
		if known {
			return nil
		}
		name = folder
	}
}

func (m *memory) lstat(name string) (fs.FileInfo, error) {
	if e, ok := m.entries[name]; ok {
		return memoryInfo{name: path.Base(name), entry: e}, nil
	}
	if _, ok := m.folders[name]; ok {
		return memoryInfo{name: path.Base(name), folder: true}, nil
	}
	return nil, fs.ErrNotExist
}

func (m *memory) readLink(name string) (string, error) { return m.entries[name].Link, nil }

func (m *memory) readDir(name string) ([]fs.DirEntry, error) {
	names := m.folders[name]
	out := make([]fs.DirEntry, 0, len(names))
	for _, n := range names {
		info, err := m.lstat(strings.TrimPrefix(path.Join(name, n), "./"))
		if err != nil {
			return nil, err
		}
		out = append(out, fs.FileInfoToDirEntry(info))
	}
	return out, nil
}

func (m *memory) readFile(name string) ([]byte, error) {
	e, ok := m.entries[name]
	if !ok || e.Link != "" {
		return nil, fmt.Errorf("not a regular file: %w", fs.ErrInvalid)
	}
	return slices.Clone(e.Data), nil
}

// memoryInfo is the fs.FileInfo of an entry or folder. There are no times.
type memoryInfo struct {
	name   string
	entry  Entry
	folder bool
}

func (i memoryInfo) Name() string       { return i.name }
func (i memoryInfo) Size() int64        { return int64(len(i.entry.Data)) }
func (i memoryInfo) ModTime() time.Time { return time.Time{} }
func (i memoryInfo) IsDir() bool        { return i.folder }
func (i memoryInfo) Sys() any           { return nil }

func (i memoryInfo) Mode() fs.FileMode {
	switch {
	case i.folder:
		return fs.ModeDir | 0o755
	case i.entry.Link != "":
		return fs.ModeSymlink | 0o777
	case i.entry.Executable:
		return 0o755
	}
	return 0o644
}
