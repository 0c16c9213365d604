package jsonnet

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// library is where imports are looked for.
type library struct {
	tree fs.FS
	// folders in the order they are tried, after that of the importing file.
	folders []string
}

// newLibrary checks libs, which are relative to the root of the repository.
func newLibrary(tree fs.FS, folder string, libs []string) (library, error) {
	l := library{tree: tree, folders: []string{folder}}
	for i, lib := range libs {
		name := path.Clean(strings.TrimLeft(lib, "/"))
		if !fs.ValidPath(name) {
			return l, fmt.Errorf("directory.jsonnet.libs[%d]: %q: path escapes repository", i, lib)
		}
		l.folders = append([]string{name}, l.folders...)
	}
	return l, nil
}

// find reads what file from imports as p, and says where it found it.
func (l library) find(from, p string) (string, []byte, error) {
	if path.IsAbs(p) {
		return "", nil, fmt.Errorf("import %q: path escapes repository", p)
	}
	escapes := false
	for _, folder := range append([]string{path.Dir(from)}, l.folders...) {
		name := path.Join(folder, p)
		if !fs.ValidPath(name) {
			escapes = true
			continue
		}
		text, err := fs.ReadFile(l.tree, name)
		switch {
		case err == nil:
			return name, text, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", nil, fmt.Errorf("import %q: %w", p, err)
		}
	}
	if escapes {
		return "", nil, fmt.Errorf("import %q: path escapes repository", p)
	}
	return "", nil, fmt.Errorf("import %q: not beside %s nor in %s", p, from, strings.Join(l.folders, ", "))
}
