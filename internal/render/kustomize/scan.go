package kustomize

//lint:file-ignore SA1019 users still write the deprecated fields, so they are read and written

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/fairlead/fairlead/internal/render/manifest"
)

// maxFolders is how many kustomizations one build may reach.
const maxFolders = 1000

// builtinPlugins is the apiVersion of configurations the library runs itself.
const builtinPlugins = "builtin"

// scan follows a kustomization to everything it names.
type scan struct {
	system treeSystem
	seen   map[visit]bool
}

// visit is one folder, and whether its resources configure plugins.
type visit struct {
	folder  string
	plugins bool
}

func newScan(system treeSystem) *scan { return &scan{system: system, seen: map[visit]bool{}} }

// folder checks one kustomization and those it reaches. Where its resources
// configure plugins nothing may change them on the way, or what is checked
// would not be what runs.
func (s *scan) folder(folder string, plugins bool) error {
	if s.seen[visit{folder, plugins}] {
		return nil
	}
	s.seen[visit{folder, plugins}] = true
	if len(s.seen) > maxFolders {
		return fmt.Errorf("%s: more than %d kustomizations", folder, maxFolders)
	}
	file := FileName(s.system.tree, folder)
	if file == "" {
		return fmt.Errorf("%s: no kustomization.yaml, kustomization.yml or Kustomization here", folder)
	}
	k, err := read(s.system, file)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if len(k.HelmCharts) > 0 || len(k.HelmChartInflationGenerator) > 0 || k.HelmGlobals != nil {
		return fmt.Errorf("%s: helmCharts are not rendered through Kustomize; make the chart an Application of its own", file)
	}
	if plugins {
		plain := types.Kustomization{TypeMeta: k.TypeMeta, MetaData: k.MetaData, Resources: k.Resources}
		if !reflect.DeepEqual(*k, plain) {
			return fmt.Errorf("%s: a folder of plugin configurations may name resources and nothing else", file)
		}
	}
	for _, f := range named(k) {
		f.plugin = f.plugin || plugins
		if err := s.reference(file, f); err != nil {
			return err
		}
	}
	return nil
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

// reference checks one path of a kustomization file.
func (s *scan) reference(file string, f field) error {
	if f.path == "" {
		return nil
	}
	if f.inline && isMapping(f.path) {
		if f.plugin {
			return s.plugin(file, []byte(f.path))
		}
		return nil
	}
	if isURL(f.path) {
		return fmt.Errorf("%s: %s names %q: remote files and bases are refused; copy it into the repository", file, f.name, shorten(f.path))
	}
	target := path.Join(path.Dir(file), f.path)
	if path.IsAbs(f.path) || !fs.ValidPath(target) {
		return fmt.Errorf("%s: %s names %q: path escapes repository", file, f.name, f.path)
	}
	info, err := fs.Stat(s.system.tree, target)
	switch {
	case errors.Is(err, fs.ErrNotExist) && looksRemote(f.path):
		return fmt.Errorf("%s: %s names %q: remote files and bases are refused; copy it into the repository", file, f.name, shorten(f.path))
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: %s names %q, which is not in the repository", file, f.name, f.path)
	case err != nil:
		return fmt.Errorf("%s: %s names %q: %w", file, f.name, f.path, err)
	case info.IsDir() && looksRemote(f.path):
		return fmt.Errorf("%s: %s names the folder %q, which Kustomize would take for a remote base; rename it or write ./%s", file, f.name, f.path, f.path)
	case info.IsDir() && f.folder:
		return s.folder(target, f.plugin)
	case info.IsDir():
		return fmt.Errorf("%s: %s names %q, which is a folder", file, f.name, f.path)
	case f.plugin:
		text, err := s.system.ReadFile(target)
		if err != nil {
			return err
		}
		return s.plugin(target, text)
	case f.folder:
		return s.manifests(target)
	}
	return nil
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

// isMapping reports whether text is YAML written in place of a path.
func isMapping(text string) bool {
	var value map[string]any
	return yaml.Unmarshal([]byte(text), &value) == nil && len(value) > 0
}

// plugin checks the configuration of generators, transformers and validators:
// only built-in ones, and no path in them may be remote.
func (s *scan) plugin(file string, text []byte) error {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var config map[string]any
		switch err := decoder.Decode(&config); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil: // what cannot be checked does not run
			return fmt.Errorf("%s: %w", file, err)
		}
		if version, _ := config["apiVersion"].(string); config != nil && version != builtinPlugins {
			return fmt.Errorf("%s: plugin %v of %q: only built-in generators and transformers run", file, config["kind"], version)
		}
		if kind, _ := config["kind"].(string); strings.HasPrefix(kind, "HelmChart") {
			return fmt.Errorf("%s: helmCharts are not rendered through Kustomize; make the chart an Application of its own", file)
		}
		if remote := remotePath(config); remote != "" {
			return fmt.Errorf("%s: plugin %v names %q: remote files are refused; copy it into the repository", file, config["kind"], shorten(remote))
		}
	}
}

// remotePath finds a remote path in a plugin's configuration, at any depth.
// The library matches keys without regard to case.
func remotePath(value any) string {
	switch v := value.(type) {
	case map[string]any:
		for key, child := range v {
			switch strings.ToLower(key) {
			case "path", "paths", "files", "env", "envs", "crds", "resources":
				if r := remoteString(child); r != "" {
					return r
				}
			}
			if r := remotePath(child); r != "" {
				return r
			}
		}
	case []any:
		for _, child := range v {
			if r := remotePath(child); r != "" {
				return r
			}
		}
	}
	return ""
}

func remoteString(value any) string {
	switch v := value.(type) {
	case string:
		if isURL(v) {
			return v
		}
	case []any:
		for _, child := range v {
			if r := remoteString(child); r != "" {
				return r
			}
		}
	}
	return ""
}

// looksRemote reports whether the library could take p for a Git URL. It is
// wider than the library's own rule.
func looksRemote(p string) bool {
	lower := strings.ToLower(p)
	first, _, _ := strings.Cut(lower, "/")
	return isURL(p) || strings.HasPrefix(lower, "git::") ||
		strings.Contains(first, "@") || strings.Contains(first, ":") ||
		strings.HasPrefix(first, "github.com") || strings.HasPrefix(first, "gh:")
}

// isURL reports whether the library would load p over the network.
func isURL(p string) bool {
	lower := strings.ToLower(strings.TrimSpace(p))
	return strings.Contains(p, "://") || strings.HasPrefix(lower, "http:") || strings.HasPrefix(lower, "https:")
}

// shorten drops what may be a credential from a URL in a message.
func shorten(p string) string {
	if scheme, rest, ok := strings.Cut(p, "://"); ok {
		if _, after, ok := strings.Cut(rest, "@"); ok {
			rest = after
		}
		p, _, _ = strings.Cut(scheme+"://"+rest, "?")
	}
	return p
}
