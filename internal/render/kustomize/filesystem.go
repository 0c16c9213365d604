package kustomize

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/fairlead/fairlead/internal/render/manifest"
)

var errReadOnly = errors.New("the repository is read-only")

// treeSystem shows a tree to the library as a file system whose root is the
// repository. It can be read only. replaced holds files with other content
// than the tree's.
type treeSystem struct {
	tree     fs.FS
	limits   manifest.Limits
	replaced map[string][]byte
}

var _ filesys.FileSystem = treeSystem{}

// name turns a path of the library into a name of the tree. The library may
// go up from the root; it stays there.
func name(p string) string {
	clean := strings.TrimPrefix(path.Clean("/"+p), "/")
	if clean == "" {
		return "."
	}
	return clean
}

func (s treeSystem) stat(p string) (fs.FileInfo, error) { return fs.Stat(s.tree, name(p)) }

func (s treeSystem) Exists(p string) bool {
	_, err := s.stat(p)
	return err == nil
}

func (s treeSystem) IsDir(p string) bool {
	info, err := s.stat(p)
	return err == nil && info.IsDir()
}

func (s treeSystem) CleanedAbs(p string) (filesys.ConfirmedDir, string, error) {
	info, err := s.stat(p)
	if err != nil {
		return "", "", err
	}
	full := path.Join("/", name(p))
	if info.IsDir() {
		return filesys.ConfirmedDir(full), "", nil
	}
	return filesys.ConfirmedDir(path.Dir(full)), path.Base(full), nil
}

func (s treeSystem) ReadDir(p string) ([]string, error) {
	entries, err := fs.ReadDir(s.tree, name(p))
	if err != nil {
		return nil, err
	}
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.Name()
	}
	return out, nil
}

func (s treeSystem) ReadFile(p string) ([]byte, error) {
	n := name(p)
	if text, ok := s.replaced[n]; ok {
		return text, nil
	}
	text, err := fs.ReadFile(s.tree, n)
	if err != nil {
		return nil, err
	}
	switch path.Ext(n) {
	case ".yaml", ".yml", ".json":
		if err := manifest.Check(n, text, s.limits.DocumentBytes); err != nil {
			return nil, err
		}
	}
	return text, nil
}

func (s treeSystem) Glob(pattern string) ([]string, error) {
	found, err := fs.Glob(s.tree, name(pattern))
	for i := range found {
		found[i] = path.Join("/", found[i])
	}
	return found, err
}

func (s treeSystem) Walk(p string, fn filepath.WalkFunc) error {
	return fs.WalkDir(s.tree, name(p), func(n string, e fs.DirEntry, err error) error {
		if err != nil {
			return fn(path.Join("/", n), nil, err)
		}
		info, err := e.Info()
		return fn(path.Join("/", n), info, err)
	})
}

func (s treeSystem) Open(p string) (filesys.File, error) {
	return nil, fmt.Errorf("open %s: only whole files are read", p)
}

func (treeSystem) Create(string) (filesys.File, error) { return nil, errReadOnly }
func (treeSystem) Mkdir(string) error                  { return errReadOnly }
func (treeSystem) MkdirAll(string) error               { return errReadOnly }
func (treeSystem) RemoveAll(string) error              { return errReadOnly }
func (treeSystem) WriteFile(string, []byte) error      { return errReadOnly }
