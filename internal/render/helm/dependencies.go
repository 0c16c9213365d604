package helm

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"sigs.k8s.io/yaml"

	chart "helm.sh/helm/v4/pkg/chart/v2"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
)

// localDependencies adds the file:// dependencies of the chart in folder that
// charts/ does not hold already.
func (l *chartLoader) localDependencies(folder, prefix string, depth int) error {
	text, err := fs.ReadFile(l.tree, path.Join(folder, FileName))
	if err != nil {
		return nil // a folder in charts/ that is no chart; the loader ignores it
	}
	var metadata chart.Metadata
	if err := yaml.Unmarshal(text, &metadata); err != nil {
		return fmt.Errorf("%s: %w", path.Join(folder, FileName), err)
	}
	for _, dep := range metadata.Dependencies {
		if dep == nil || !strings.HasPrefix(dep.Repository, "file://") || l.holds(prefix, dep) {
			continue
		}
		if dep.Name == "" || dep.Name != path.Base(dep.Name) || dep.Name == "." || dep.Name == ".." {
			return fmt.Errorf("%s: dependency name %q is not acceptable", path.Join(folder, FileName), dep.Name)
		}
		relative := strings.TrimPrefix(dep.Repository, "file://")
		target := path.Join(folder, relative)
		if path.IsAbs(relative) || !fs.ValidPath(target) {
			return fmt.Errorf("%s: dependency %s: %q: path escapes repository", path.Join(folder, FileName), dep.Name, dep.Repository)
		}
		if _, err := fs.Stat(l.tree, path.Join(target, FileName)); err != nil {
			return fmt.Errorf("%s: dependency %s: no chart at %s: %w", path.Join(folder, FileName), dep.Name, target, err)
		}
		if err := l.folder(target, prefix+"charts/"+dep.Name+"/", depth+1); err != nil {
			return err
		}
	}
	return nil
}

// holds reports whether charts/ has a dependency already, as a folder or as an
// archive of that name.
func (l *chartLoader) holds(prefix string, dep *chart.Dependency) bool {
	for _, f := range l.files {
		rest, ok := strings.CutPrefix(f.Name, prefix+"charts/")
		if !ok {
			continue
		}
		vendored, file, _ := strings.Cut(rest, "/")
		if file == FileName && (vendored == dep.Name || strings.HasPrefix(vendored, dep.Name+"-")) {
			return true
		}
	}
	return false
}

// maxCharts is how many charts a chart may come to with its dependencies, each
// counted as often as it is used.
const maxCharts = 1000

// checkDependencies makes sure that every dependency is there in a version
// that fits: the engine would leave one that does not out without a word. It
// refuses charts that use each other, by alias, more often than maxCharts.
func checkDependencies(c *chart.Chart, folder string) error {
	_, err := countCharts(c, folder)
	return err
}

// countCharts checks a chart and says how many it comes to.
func countCharts(c *chart.Chart, folder string) (int, error) {
	uses := map[string]int{}
	for _, dep := range c.Metadata.Dependencies {
		if err := checkDependency(c, dep, folder); err != nil {
			return 0, err
		}
		uses[dep.Name]++
	}
	total := 1
	for _, child := range c.Dependencies() {
		n, err := countCharts(child, folder)
		if err != nil {
			return 0, err
		}
		if total += n * max(1, uses[child.Name()]); total > maxCharts {
			return 0, fmt.Errorf("chart %s: %s comes to more than %d charts with its dependencies", folder, c.Name(), maxCharts)
		}
	}
	return total, nil
}

func checkDependency(c *chart.Chart, dep *chart.Dependency, folder string) error {
	found := ""
	for _, have := range c.Dependencies() {
		if have.Name() != dep.Name {
			continue
		}
		if found = have.Metadata.Version; chartutil.IsCompatibleRange(dep.Version, found) {
			return nil
		}
	}
	if found == "" {
		return fmt.Errorf("chart %s: dependency %s %s of %s is not in charts/: run `helm dependency build` and commit the result (charts are not downloaded while rendering)",
			folder, dep.Name, dep.Version, c.Name())
	}
	return fmt.Errorf("chart %s: charts/ holds %s %s and %s wants %s", folder, dep.Name, found, c.Name(), dep.Version)
}
