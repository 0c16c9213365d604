package source

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// CleanPath turns the path an Application writes ("", ".", "a/b/", "./a")
// into an fs.FS name ("." or "a/b"). Absolute paths and paths with ".." that
// leave the repository give ErrEscapes; "a/../b" is "b".
func CleanPath(p string) (string, error) {
	if strings.HasPrefix(p, "/") || strings.Contains(p, `\`) || strings.ContainsRune(p, 0) {
		return "", fmt.Errorf("path %q: %w", p, ErrEscapes)
	}
	clean := path.Clean(p)
	if !fs.ValidPath(clean) {
		return "", fmt.Errorf("path %q: %w", p, ErrEscapes)
	}
	return clean, nil
}

// Sub returns the folder of tree that path names. Symbolic links below it may
// lead to any place in the repository, as they do in the whole tree.
func Sub(tree *Tree, p string) (*Tree, error) {
	clean, err := CleanPath(p)
	if err != nil {
		return nil, err
	}
	info, err := tree.Stat(clean)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("path %q is a file, not a folder", p)
	}
	return &Tree{Commit: tree.Commit, files: tree.files, base: path.Join(tree.base, clean)}, nil
}
