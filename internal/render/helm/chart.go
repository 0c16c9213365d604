package helm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/ignore"

	"github.com/fairlead/fairlead/internal/render/manifest"
)

const (
	// maxChartBytes is the most a chart and its dependencies may weigh,
	// archives unpacked.
	maxChartBytes = 100 << 20
	// maxChartFiles is the most files they may have.
	maxChartFiles = 10_000
	// maxChartDepth is how deep dependencies may nest.
	maxChartDepth = 10
)

// FileName is the file that makes a folder a chart.
const FileName = "Chart.yaml"

// chartLoader gathers the files of a chart and of everything it depends on.
type chartLoader struct {
	ctx    context.Context
	tree   fs.FS
	limits manifest.Limits
	files  []*archive.BufferedFile
	bytes  int
}

// load reads the chart in folder.
func load(ctx context.Context, tree fs.FS, folder string, limits manifest.Limits) (*chart.Chart, error) {
	if _, err := fs.Stat(tree, path.Join(folder, FileName)); err != nil {
		return nil, fmt.Errorf("%s: no chart here: %w", folder, err)
	}
	l := &chartLoader{ctx: ctx, tree: tree, limits: limits}
	if err := l.folder(folder, "", 0); err != nil {
		return nil, err
	}
	loaded, err := loader.LoadFiles(l.files)
	if err != nil {
		return nil, fmt.Errorf("chart %s: %w", folder, err)
	}
	return loaded, checkDependencies(loaded, folder)
}

// folder adds the files of a chart folder under prefix ("" or
// "charts/name/").
func (l *chartLoader) folder(folder, prefix string, depth int) error {
	if depth > maxChartDepth {
		return fmt.Errorf("chart %s: dependencies nest more than %d deep", folder, maxChartDepth)
	}
	rules, err := l.ignoreRules(folder)
	if err != nil {
		return err
	}
	if err := l.walk(folder, ".", prefix, depth, rules, 0); err != nil {
		return err
	}
	return l.localDependencies(folder, prefix, depth)
}

func (l *chartLoader) ignoreRules(folder string) (*ignore.Rules, error) {
	name := path.Join(folder, ignore.HelmIgnore)
	rules := ignore.Empty()
	text, err := fs.ReadFile(l.tree, name)
	switch {
	case err == nil:
		if rules, err = ignore.Parse(bytes.NewReader(text)); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	rules.AddDefaults()
	return rules, nil
}

// walk adds the files below folder/at. Symbolic links are followed, as Helm
// does, level by level so that a loop ends.
func (l *chartLoader) walk(folder, at, prefix string, depth int, rules *ignore.Rules, level int) error {
	if level > 2*maxChartDepth+20 {
		return fmt.Errorf("%s: folders nest too deep", path.Join(folder, at))
	}
	entries, err := fs.ReadDir(l.tree, path.Join(folder, at))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		name := path.Join(at, entry.Name())
		full := path.Join(folder, name)
		info, err := fs.Stat(l.tree, full)
		if err != nil {
			return err
		}
		switch {
		case rules.Ignore(name, info):
		case info.IsDir():
			err = l.walk(folder, name, prefix, depth, rules, level+1)
		case !info.Mode().IsRegular():
			err = fmt.Errorf("%s: is no regular file", full)
		default:
			var data []byte
			if data, err = fs.ReadFile(l.tree, full); err == nil {
				err = l.add(full, prefix+name, data, depth)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// add takes one file. An archive in charts/ is unpacked here, under the limits
// of the whole. shown is the name for messages.
func (l *chartLoader) add(shown, name string, data []byte, depth int) error {
	if isDependencyArchive(name) {
		return l.archive(shown, strings.TrimSuffix(name, ".tgz"), data, depth+1)
	}
	if l.bytes += len(data); l.bytes > maxChartBytes {
		return fmt.Errorf("%s: the chart weighs more than %d bytes", shown, maxChartBytes)
	}
	if len(l.files) >= maxChartFiles {
		return fmt.Errorf("%s: the chart has more than %d files", shown, maxChartFiles)
	}
	switch path.Base(name) {
	case FileName, "values.yaml", "Chart.lock", "requirements.yaml", "requirements.lock":
		if err := manifest.Check(shown, data, l.limits.DocumentBytes); err != nil {
			return err
		}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	l.files = append(l.files, &archive.BufferedFile{Name: name, Data: data})
	return nil
}

// isDependencyArchive reports whether name is charts/x.tgz of some chart.
func isDependencyArchive(name string) bool {
	dir := path.Dir(name)
	return path.Ext(name) == ".tgz" && path.Base(dir) == "charts" && strings.IndexAny(path.Base(name), "_.") != 0
}

// archive unpacks a packaged chart under prefix. Links in it are not followed:
// the archive reader knows files only.
func (l *chartLoader) archive(shown, prefix string, data []byte, depth int) error {
	if depth > maxChartDepth {
		return fmt.Errorf("%s: dependencies nest more than %d deep", shown, maxChartDepth)
	}
	files, err := archive.LoadArchiveFiles(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s: %w", shown, err)
	}
	for _, f := range files {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		if err := l.add(shown+"!"+f.Name, prefix+"/"+f.Name, f.Data, depth); err != nil {
			return err
		}
	}
	return nil
}
