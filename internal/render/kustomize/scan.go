package kustomize

//lint:file-ignore SA1019 users still write the deprecated fields, so they are read and written

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"strings"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/fairlead/fairlead/internal/render/manifest"
)

const (
	// maxFolders is how many kustomizations one build may reach.
	maxFolders = 1000
	// folderBytes is what a kustomization itself counts for.
	folderBytes = 1 << 10
)

// scan follows a kustomization to everything it names.
type scan struct {
	system treeSystem
	// seen are the folders visited, each with the bytes it brings in. A base
	// that two others share is read twice, so what is small on disk can be
	// large in memory.
	seen map[visit]int
}

// visit is one folder, and whether its resources configure plugins.
type visit struct {
	folder  string
	plugins bool
}

func newScan(system treeSystem) *scan { return &scan{system: system, seen: map[visit]int{}} }

// folder checks one kustomization and those it reaches, and says how many bytes
// they bring in. Where its resources configure plugins nothing may change them
// on the way, or what is checked would not be what runs.
func (s *scan) folder(folder string, plugins bool) (int, error) {
	if known, ok := s.seen[visit{folder, plugins}]; ok {
		return known, nil
	}
	s.seen[visit{folder, plugins}] = 0 // a cycle is for the library to refuse
	if len(s.seen) > maxFolders {
		return 0, fmt.Errorf("%s: more than %d kustomizations", folder, maxFolders)
	}
	k, file, err := s.kustomization(folder, plugins)
	if err != nil {
		return 0, err
	}
	total, limit := folderBytes, 2*s.system.limits.Bytes
	for _, f := range named(k) {
		f.plugin = f.plugin || plugins
		n, err := s.reference(file, f)
		if err != nil {
			return 0, err
		}
		if total += n; total > limit {
			return 0, fmt.Errorf("%s: what it names comes to more than %d bytes", file, limit)
		}
	}
	s.seen[visit{folder, plugins}] = total
	return total, nil
}

// kustomization reads and checks the file of a folder.
func (s *scan) kustomization(folder string, plugins bool) (*types.Kustomization, string, error) {
	file := FileName(s.system.tree, folder)
	if file == "" {
		return nil, "", fmt.Errorf("%s: no kustomization.yaml, kustomization.yml or Kustomization here", folder)
	}
	k, err := read(s.system, file)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", file, err)
	}
	if len(k.HelmCharts) > 0 || len(k.HelmChartInflationGenerator) > 0 || k.HelmGlobals != nil {
		return nil, "", fmt.Errorf("%s: helmCharts are not rendered through Kustomize; make the chart an Application of its own", file)
	}
	if plugins {
		plain := types.Kustomization{TypeMeta: k.TypeMeta, MetaData: k.MetaData, Resources: k.Resources}
		if !reflect.DeepEqual(*k, plain) {
			return nil, "", fmt.Errorf("%s: a folder of plugin configurations may name resources and nothing else", file)
		}
	}
	return k, file, nil
}

// field is one path a kustomization names.
type field struct {
	name, path string
	folder     bool // the path may be a kustomization
	plugin     bool // the text configures generators, transformers or validators
	inline     bool // the text may be YAML in place of a path
}

// named lists every path in a kustomization. A field that is missing here
// would be loaded unchecked: go through types.Kustomization when the library
// is upgraded.
func named(k *types.Kustomization) []field {
	var out []field
	add := func(f field, paths ...string) {
		for _, p := range paths {
			f.path = p
			out = append(out, f)
		}
	}
	add(field{name: "resources", folder: true}, k.Resources...)
	add(field{name: "bases", folder: true}, k.Bases...)
	add(field{name: "components", folder: true}, k.Components...)
	add(field{name: "generators", folder: true, plugin: true, inline: true}, k.Generators...)
	add(field{name: "transformers", folder: true, plugin: true, inline: true}, k.Transformers...)
	add(field{name: "validators", folder: true, plugin: true, inline: true}, k.Validators...)
	add(field{name: "crds"}, k.Crds...)
	add(field{name: "configurations"}, k.Configurations...)
	add(field{name: "openapi"}, k.OpenAPI["path"])
	for _, p := range k.Patches {
		add(field{name: "patches"}, p.Path)
	}
	for _, p := range k.PatchesJson6902 {
		add(field{name: "patchesJson6902"}, p.Path)
	}
	for _, p := range k.PatchesStrategicMerge {
		add(field{name: "patchesStrategicMerge", inline: true}, string(p))
	}
	for _, r := range k.Replacements {
		add(field{name: "replacements"}, r.Path)
	}
	for _, g := range k.ConfigMapGenerator {
		add(field{name: "configMapGenerator"}, sources(g.KvPairSources)...)
	}
	for _, g := range k.SecretGenerator {
		add(field{name: "secretGenerator"}, sources(g.KvPairSources)...)
	}
	return out
}

// sources are the files of a generator: "path" or "key=path".
func sources(s types.KvPairSources) []string {
	out := append(append([]string{}, s.EnvSources...), s.EnvSource)
	for _, f := range s.FileSources {
		if _, after, ok := strings.Cut(f, "="); ok {
			f = after
		}
		out = append(out, f)
	}
	return out
}

// reference checks one path of a kustomization file, and says how many bytes it
// brings in.
func (s *scan) reference(file string, f field) (int, error) {
	if f.path == "" {
		return 0, nil
	}
	if f.inline && isMapping(f.path) {
		if f.plugin {
			return len(f.path), s.plugin(file, []byte(f.path))
		}
		return len(f.path), nil
	}
	if isURL(f.path) {
		return 0, fmt.Errorf("%s: %s names %q: remote files and bases are refused; copy it into the repository", file, f.name, shorten(f.path))
	}
	target := path.Join(path.Dir(file), f.path)
	if path.IsAbs(f.path) || !fs.ValidPath(target) {
		return 0, fmt.Errorf("%s: %s names %q: path escapes repository", file, f.name, f.path)
	}
	info, err := fs.Stat(s.system.tree, target)
	switch {
	case errors.Is(err, fs.ErrNotExist) && looksRemote(f.path):
		return 0, fmt.Errorf("%s: %s names %q: remote files and bases are refused; copy it into the repository", file, f.name, shorten(f.path))
	case errors.Is(err, fs.ErrNotExist):
		return 0, fmt.Errorf("%s: %s names %q, which is not in the repository", file, f.name, f.path)
	case err != nil:
		return 0, fmt.Errorf("%s: %s names %q: %w", file, f.name, f.path, err)
	case info.IsDir() && looksRemote(f.path):
		return 0, fmt.Errorf("%s: %s names the folder %q, which Kustomize would take for a remote base; rename it or write ./%s", file, f.name, f.path, f.path)
	case info.IsDir() && f.folder:
		return s.folder(target, f.plugin)
	case info.IsDir():
		return 0, fmt.Errorf("%s: %s names %q, which is a folder", file, f.name, f.path)
	case f.plugin:
		text, err := s.system.ReadFile(target)
		if err != nil {
			return 0, err
		}
		return len(text), s.plugin(target, text)
	case f.folder:
		return int(info.Size()), s.manifests(target)
	}
	return int(info.Size()), nil
}

// manifests decodes a resource file before the library does, for the sake of
// an error with file and line.
func (s *scan) manifests(file string) error {
	text, err := s.system.ReadFile(file)
	if err != nil {
		return err
	}
	probe := manifest.Decoder{Limits: s.system.limits, AllowDuplicateKeys: true}
	return probe.Add(file, text)
}
