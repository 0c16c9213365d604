package helm

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	release "helm.sh/helm/v4/pkg/release/v1"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/render/manifest"
)

const (
	// defaultKubeVersion is rendered for when nobody says what the destination
	// runs.
	defaultKubeVersion = "1.36.0"
	notesFile          = "NOTES.txt"
)

// Options of one rendering.
type Options struct {
	// Source are the Application's own options; nil for none.
	Source *v1alpha1.ApplicationSourceHelm
	// Name is the release name unless Source sets one.
	Name string
	// Namespace is the release namespace unless Source sets one.
	Namespace string
	// KubeVersion and APIVersions describe the destination unless Source does.
	KubeVersion string
	APIVersions []string
	// Env substitutes build environment variables.
	Env func(string) string
	// Refs are the trees that value files of the form $name/path reach into.
	Refs map[string]fs.FS
	// RemoteFiles are the contents of value files that are URLs, by URL.
	RemoteFiles map[string][]byte
}

// Render renders the chart in folder, an fs.FS name in tree, into d.
func Render(ctx context.Context, tree fs.FS, folder string, o Options, d *manifest.Decoder) error {
	if o.Source == nil {
		o.Source = &v1alpha1.ApplicationSourceHelm{}
	}
	d.AllowDuplicateKeys = true
	loaded, err := load(ctx, tree, folder, d.Limits)
	if err != nil {
		return err
	}
	values, err := userValues(ctx, tree, folder, o, d.Limits)
	if err != nil {
		return err
	}
	files, err := execute(ctx, loaded, values, o, d)
	if err != nil {
		return fmt.Errorf("chart %s: %w", folder, err)
	}
	if !o.Source.SkipCrds {
		if err := addCRDs(loaded, d); err != nil {
			return err
		}
	}
	return addManifests(files, folder, o.Source.SkipTests, d)
}

// execute runs the templates and returns what each file gives.
func execute(ctx context.Context, loaded *chart.Chart, values map[string]any, o Options, d *manifest.Decoder) (map[string]string, error) {
	if strings.EqualFold(loaded.Metadata.Type, "library") {
		return nil, fmt.Errorf("%s is a library chart, which cannot be installed", loaded.Name())
	}
	capabilities, err := capabilities(o)
	if err != nil {
		return nil, err
	}
	if want := loaded.Metadata.KubeVersion; want != "" && !chartutil.IsCompatibleRange(want, capabilities.KubeVersion.String()) {
		return nil, fmt.Errorf("needs Kubernetes %s, and the destination runs %s", want, capabilities.KubeVersion.Version)
	}
	if err := chartutil.ProcessDependencies(loaded, values); err != nil {
		return nil, fmt.Errorf("dependencies: %w", err)
	}
	top, err := util.ToRenderValuesWithSchemaValidation(loaded, values, common.ReleaseOptions{
		Name:      first(o.Source.ReleaseName, o.Name),
		Namespace: first(o.Source.Namespace, o.Namespace),
		Revision:  1,
		IsInstall: true,
	}, capabilities, true)
	if err != nil {
		return nil, err
	}
	if !o.Source.SkipSchemaValidation {
		merged, err := top.Table("Values")
		if err != nil {
			return nil, err
		}
		if err := checkSchemas(loaded, merged); err != nil {
			return nil, err
		}
	}
	m := newMeter(ctx)
	if err := m.instrument(loaded); err != nil {
		return nil, err
	}
	files, err := engine.Engine{CustomTemplateFuncs: m.functions()}.RenderWithContext(ctx, loaded, top)
	d.Warnings = append(d.Warnings, m.warnings(loaded.Name())...)
	return files, m.explain(err)
}

// capabilities describes the destination to the templates.
func capabilities(o Options) (*common.Capabilities, error) {
	version := first(o.Source.KubeVersion, o.KubeVersion, defaultKubeVersion)
	kube, err := common.ParseKubeVersion(version)
	if err != nil {
		return nil, fmt.Errorf("kubeVersion %q is no version: %w", version, err)
	}
	extra := o.Source.APIVersions
	if len(extra) == 0 {
		extra = o.APIVersions
	}
	out := common.DefaultCapabilities.Copy()
	out.KubeVersion = *kube
	out.APIVersions = append(slices.Clone(common.DefaultVersionSet), extra...)
	return out, nil
}

// addCRDs decodes the crds folders of the chart and its enabled dependencies.
func addCRDs(loaded *chart.Chart, d *manifest.Decoder) error {
	crds := loaded.CRDObjects()
	slices.SortStableFunc(crds, func(a, b chart.CRD) int { return strings.Compare(a.Filename, b.Filename) })
	for _, crd := range crds {
		if err := d.Add(crd.Filename, crd.File.Data); err != nil {
			return err
		}
	}
	return nil
}

// addManifests decodes what the templates gave, in Helm's install order, hooks
// last.
func addManifests(files map[string]string, folder string, skipTests bool, d *manifest.Decoder) error {
	for name := range files {
		if path.Base(name) == notesFile {
			delete(files, name)
		}
	}
	for name, text := range files {
		if err := manifest.Check(name, []byte(text), d.Limits.DocumentBytes); err != nil {
			return err
		}
	}
	hooks, plain, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	if err != nil {
		return parseError(files, err, d)
	}
	for _, m := range plain {
		if err := d.Add(m.Name+" (rendered)", []byte(m.Content)); err != nil {
			return err
		}
	}
	for _, h := range hooks {
		if skipTests && slices.Contains(h.Events, release.HookTest) {
			continue
		}
		if err := d.Add(h.Path+" (rendered)", []byte(h.Manifest)); err != nil {
			return err
		}
	}
	return nil
}

// parseError finds the file and line that Helm's sorter could not parse: its
// own message has the line within a document.
func parseError(files map[string]string, cause error, d *manifest.Decoder) error {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		probe := &manifest.Decoder{Limits: d.Limits, AllowDuplicateKeys: true}
		if err := probe.Add(name+" (rendered)", []byte(files[name])); err != nil {
			return err
		}
	}
	return cause
}

// first is the first string that is not empty.
func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
