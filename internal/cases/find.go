package cases

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Case is one folder to test.
type Case struct {
	// Name is the folder's path below the one that was searched; its own name
	// where it was named itself. Of several folders each name begins with the
	// folder as it was given.
	Name string
	// Dir is where it is.
	Dir string
}

// Find lists the cases of folders, each of which is a case or holds cases at
// any depth, sorted by name within each. A case is a folder with an
// appset.yaml; none is looked for inside it. A folder without any is an error.
func Find(dirs []string) ([]Case, error) {
	var out []Case
	seen := map[string]bool{}
	for _, dir := range dirs {
		found, err := findIn(dir)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("%s holds no case: a case is a folder with a file %s", dir, setFile)
		}
		for _, c := range found {
			if full, err := filepath.Abs(c.Dir); err != nil || seen[full] {
				continue
			} else {
				seen[full] = true
			}
			if len(dirs) > 1 {
				c.Name = prefixed(dir, c)
			}
			out = append(out, c)
		}
	}
	return out, nil
}

func prefixed(dir string, c Case) string {
	dir = filepath.ToSlash(filepath.Clean(dir))
	if filepath.Clean(c.Dir) == filepath.Clean(dir) {
		return dir
	}
	return path.Join(dir, c.Name)
}

func findIn(dir string) ([]Case, error) {
	if isCase(dir) {
		full, err := filepath.Abs(dir)
		return []Case{{filepath.Base(full), dir}}, err
	}
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	var out []Case
	err = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if name != root && strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		if !isCase(name) {
			return nil
		}
		below, err := filepath.Rel(root, name)
		out = append(out, Case{filepath.ToSlash(below), name})
		if err != nil {
			return err
		}
		return filepath.SkipDir
	})
	slices.SortFunc(out, func(a, b Case) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

func isCase(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, setFile))
	return err == nil && info.Mode().IsRegular()
}
