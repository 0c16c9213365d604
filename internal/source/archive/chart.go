package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"

	"github.com/Masterminds/semver/v3"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/internal/source"
)

// maxChartFile is the most a Chart.yaml may weigh, in bytes.
const maxChartFile = 1 << 20

// chartName is what a chart may be called.
// https://helm.sh/docs/chart_best_practices/conventions/#chart-names
var chartName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// CheckChartName refuses names that are no chart's, such as "." and "..".
func CheckChartName(name string) error {
	if len(name) > 250 || !chartName.MatchString(name) {
		return fmt.Errorf("chart name %q must be letters, digits, dots, dashes and underscores, and begin with a letter or digit: %w", name, source.ErrRefused)
	}
	return nil
}

// Chart unpacks the archive of a chart: no links, one top folder, and in it a
// Chart.yaml with a name and a version that are such.
func Chart(data []byte, revision string, limits source.Limits) (*source.Tree, error) {
	tree, err := Unpack(data, revision, Options{Limits: limits, OneFolder: true})
	if err != nil {
		return nil, err
	}
	return tree, checkChart(tree)
}

func checkChart(tree *source.Tree) error {
	info, err := tree.Stat("Chart.yaml")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("archive: holds no chart, its folder has no Chart.yaml: %w", source.ErrRefused)
	case err != nil:
		return err
	case info.Size() > maxChartFile:
		return fmt.Errorf("archive: Chart.yaml of %d bytes, the limit is %d: %w", info.Size(), maxChartFile, source.ErrTooLarge)
	}
	text, err := tree.ReadFile("Chart.yaml")
	if err != nil {
		return err
	}
	var chart struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	if err := yaml.Unmarshal(text, &chart); err != nil {
		return fmt.Errorf("archive: Chart.yaml: %w: %w", source.ErrRefused, err)
	}
	if err := CheckChartName(chart.Name); err != nil {
		return fmt.Errorf("archive: Chart.yaml: %w", err)
	}
	if _, err := semver.NewVersion(chart.Version); err != nil {
		return fmt.Errorf("archive: Chart.yaml: version %q is not a semantic version: %w", chart.Version, source.ErrRefused)
	}
	return nil
}
