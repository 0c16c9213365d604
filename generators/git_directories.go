package generators

import (
	"fmt"
	"path"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// gitDirectories gives a row per directory that an item matches and none
// excludes. Patterns are those of path.Match: * and ** stay within one level.
func (e *Evaluator) gitDirectories(at string, spec *v1alpha1.GitGenerator, tree *Tree, values rowValues) ([]Row, error) {
	var rows []Row
	for _, dir := range tree.Dirs {
		if !e.options.IncludeHiddenDirectories && isHidden(dir) || !wantsDirectory(spec.Directories, dir) {
			continue
		}
		if len(rows) == e.options.MaxRows {
			return nil, fmt.Errorf("more than %d directories of %s match: narrow the patterns", e.options.MaxRows, spec.RepoURL)
		}
		params := make(Params, 8)
		e.addPath(params, spec.PathParamPrefix, dir, "")
		if err := values.addTo(params); err != nil {
			return nil, fmt.Errorf("%w for directory %s", err, dir)
		}
		rows = append(rows, Row{params, Origin{Generator: at, Element: "directory " + dir}})
	}
	return rows, nil
}

// isHidden says whether a directory, or one that it lies in, starts with a dot.
func isHidden(dir string) bool {
	return strings.HasPrefix(dir, ".") || strings.Contains(dir, "/.")
}

// wantsDirectory applies the items; a malformed pattern matches nothing.
func wantsDirectory(items []v1alpha1.GitDirectoryGeneratorItem, dir string) bool {
	included := false
	for _, item := range items {
		if ok, _ := path.Match(item.Path, dir); !ok {
			continue
		}
		if item.Exclude {
			return false
		}
		included = true
	}
	return included
}
