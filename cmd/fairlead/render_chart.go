package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/render/helm"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/archive"
)

// content is what stands for a source: its tree, and the revision that an agent
// would have resolved, as far as files tell it.
func (f folders) content(ctx context.Context, s *v1alpha1.ApplicationSource) (fs.FS, string, error) {
	if s.RepoURL == "" {
		return nil, "", errors.New("repoURL is empty")
	}
	dir, err := f.Resolve(ctx, s.RepoURL, s.TargetRevision)
	if err != nil {
		return nil, "", err
	}
	if !s.IsHelm() {
		return source.Dir(dir, dir), cmp.Or(s.TargetRevision, "HEAD"), nil
	}
	tree, version, err := chartIn(dir, s)
	if err != nil {
		return nil, "", fmt.Errorf("chart %s of %s: %w", s.Chart, generators.MaskURL(s.RepoURL), err)
	}
	return tree, version, nil
}

// chartIn finds a chart in the folder that stands for its repository: the
// folder of its name, the folder itself, or the archive of the version that is
// asked for.
func chartIn(dir string, s *v1alpha1.ApplicationSource) (fs.FS, string, error) {
	for part := range strings.SplitSeq(s.Chart, "/") {
		if err := archive.CheckChartName(part); err != nil {
			return nil, "", err
		}
	}
	tree := source.Dir(dir, dir)
	if _, err := fs.Stat(tree, path.Join(s.Chart, helm.FileName)); err == nil {
		sub, err := source.Sub(tree, s.Chart)
		return sub, versionOf(sub, s), err
	}
	if _, err := fs.Stat(tree, helm.FileName); err == nil {
		return tree, versionOf(tree, s), nil
	}
	return chartArchive(dir, s)
}

// versionOf a chart as it says; what is asked for where it says nothing.
func versionOf(tree fs.FS, s *v1alpha1.ApplicationSource) string {
	var chart struct {
		Version string `json:"version"`
	}
	if text, err := fs.ReadFile(tree, helm.FileName); err == nil && yaml.Unmarshal(text, &chart) == nil && chart.Version != "" {
		return chart.Version
	}
	return s.TargetRevision
}

// chartArchive reads CHART-VERSION.tgz, of the version that targetRevision
// means among those that are there.
func chartArchive(dir string, s *v1alpha1.ApplicationSource) (fs.FS, string, error) {
	found, err := filepath.Glob(filepath.Join(escaped(dir), escaped(filepath.FromSlash(s.Chart))+"-*.tgz"))
	if err != nil {
		return nil, "", err
	}
	var versions []string
	files := map[string]string{}
	for _, file := range found {
		version := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), path.Base(s.Chart)+"-"), ".tgz")
		if source.IsVersion(version) {
			versions = append(versions, version)
			files[version] = file
		}
	}
	if len(versions) == 0 {
		return nil, "", fmt.Errorf("neither %s nor %s nor %s-VERSION.tgz is there", filepath.Join(dir, s.Chart, helm.FileName), filepath.Join(dir, helm.FileName), filepath.Join(dir, s.Chart))
	}
	version := s.TargetRevision
	if files[version] == "" {
		if version, _ = source.Highest(cmp.Or(s.TargetRevision, "*"), versions); files[version] == "" {
			return nil, "", fmt.Errorf("no archive in %s is of version %q; there are %s", dir, s.TargetRevision, some(versions))
		}
	}
	packed, err := os.ReadFile(files[version])
	if err != nil {
		return nil, "", err
	}
	tree, err := archive.Chart(packed, version, source.DefaultLimits())
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", files[version], err)
	}
	return tree, version, nil
}

// escaped is a path as a pattern that matches itself.
func escaped(p string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(p)
}
