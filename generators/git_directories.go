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
	dirs, err := e.wantedDirectories(spec, tree)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(dirs))
	for _, dir := range dirs {
		params := make(Params, 8)
		e.addPath(params, spec.PathParamPrefix, dir, "")
		if err := values.addTo(params); err != nil {
			return nil, forRow(err, "directory "+dir)
		}
		rows = append(rows, Row{params, Origin{Generator: at, Element: "directory " + dir}})
	}
	return rows, nil
}

// wantedDirectories lists them before anything is made of them, so that too
// many cost little.
func (e *Evaluator) wantedDirectories(spec *v1alpha1.GitGenerator, tree *Tree) ([]string, error) {
	items := spec.Directories
	if err := checkPatterns(len(items), func(i int) string { return items[i].Path }); err != nil {
		return nil, err
	}
	candidates := below(tree.Dirs, commonPrefix(items))
	if err := e.compare(len(candidates) * len(items)); err != nil {
		return nil, err
	}
	limit := min(maxMatches, e.options.MaxRows)
	var dirs []string
	for _, dir := range candidates {
		if !e.options.IncludeHiddenDirectories && isHidden(dir) || !wantsDirectory(items, dir) {
			continue
		}
		if len(dirs) == limit {
			return nil, fmt.Errorf("more than %d directories of %s match: narrow the patterns", limit, spec.RepoURL)
		}
		dirs = append(dirs, dir)
	}
	return dirs, nil
}

// commonPrefix is what every directory begins with that is not excluded, if
// there is one item that includes any.
func commonPrefix(items []v1alpha1.GitDirectoryGeneratorItem) string {
	prefix, including := "", 0
	for _, item := range items {
		if !item.Exclude {
			prefix, including = literalPrefix(item.Path, `*?[\`), including+1
		}
	}
	if including != 1 {
		return ""
	}
	return prefix
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
