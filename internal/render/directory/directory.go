package directory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/gobwas/glob"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/render/jsonnet"
	"github.com/fairlead/fairlead/internal/render/manifest"
)

// skipMark anywhere in a file keeps it from being rendered.
const skipMark = "+argocd:skip-file-rendering"

// Render decodes the manifests below folder, an fs.FS name in tree, into d.
// env substitutes build environment variables in Jsonnet variables.
func Render(ctx context.Context, tree fs.FS, folder string, options *v1alpha1.ApplicationSourceDirectory, env func(string) string, d *manifest.Decoder) error {
	if options == nil {
		options = &v1alpha1.ApplicationSourceDirectory{}
	}
	selected, err := newSelector(options)
	if err != nil {
		return err
	}
	limits := jsonnet.DefaultLimits()
	limits.OutputBytes = d.Limits.Bytes
	evaluator, err := jsonnet.New(tree, folder, options.Jsonnet, env, limits)
	if err != nil {
		return err
	}
	defer evaluator.Close()
	return fs.WalkDir(tree, folder, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case entry.IsDir():
			if name != folder && !options.Recurse {
				return fs.SkipDir
			}
			return nil
		case !selected.matches(below(folder, name)):
			return nil
		}
		regular, err := isRegular(tree, name, entry)
		if err != nil || !regular {
			return err
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil || bytes.Contains(text, []byte(skipMark)) {
			return err
		}
		if path.Ext(name) == ".jsonnet" {
			return addJsonnet(ctx, evaluator, name, d)
		}
		return addManifests(name, text, d)
	})
}

// addJsonnet evaluates a file, which gives one object or a list of objects.
func addJsonnet(ctx context.Context, evaluator *jsonnet.Evaluator, name string, d *manifest.Decoder) error {
	text, err := evaluator.Evaluate(ctx, name)
	if err != nil {
		return err
	}
	var items []json.RawMessage
	if json.Unmarshal([]byte(text), &items) != nil {
		return d.AddJSON(name, []byte(text))
	}
	for i, item := range items {
		if string(item) == "null" {
			continue
		}
		if err := d.AddJSON(fmt.Sprintf("%s: item %d", name, i), item); err != nil {
			return err
		}
	}
	return nil
}

func addManifests(name string, text []byte, d *manifest.Decoder) error {
	before := len(d.Objects)
	err := d.Add(name, text)
	if err != nil && len(d.Objects) == before && unrelated(name, text, d.Limits.DocumentBytes) {
		d.Warnings = append(d.Warnings, fmt.Sprintf("%s: holds no Kubernetes object and is left out", name))
		return nil
	}
	return err
}

// unrelated reports whether text parses and no document of it looks like a
// Kubernetes object: a values file beside manifests, for example.
func unrelated(name string, text []byte, limit int) bool {
	if manifest.Check(name, text, limit) != nil {
		return false
	}
	documents := manifest.Split(text)
	for _, doc := range documents {
		var value any
		if err := yaml.Unmarshal(doc.Text, &value); err != nil {
			return false
		}
		content, _ := value.(map[string]any)
		if content["apiVersion"] != nil || content["kind"] != nil {
			return false
		}
	}
	return len(documents) > 0
}

// isRegular follows a symbolic link; one that leads to a folder, or nowhere,
// is not rendered. One that leaves the repository is an error of the tree.
func isRegular(tree fs.FS, name string, entry fs.DirEntry) (bool, error) {
	if entry.Type()&fs.ModeSymlink == 0 {
		return entry.Type().IsRegular(), nil
	}
	info, err := fs.Stat(tree, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return info.Mode().IsRegular(), nil
}

// below is name relative to folder.
func below(folder, name string) string {
	if folder == "." {
		return name
	}
	return strings.TrimPrefix(name, folder+"/")
}

// selector chooses files by extension and globs. As in Argo CD, "*" in a glob
// crosses folders, and exclude wins.
type selector struct {
	include, exclude *glob.Pattern
}

func newSelector(options *v1alpha1.ApplicationSourceDirectory) (s selector, err error) {
	if options.Include != "" {
		if s.include, err = glob.Compile(options.Include); err != nil {
			return s, fmt.Errorf("directory.include %q is no glob: %w", options.Include, err)
		}
	}
	if options.Exclude != "" {
		if s.exclude, err = glob.Compile(options.Exclude); err != nil {
			return s, fmt.Errorf("directory.exclude %q is no glob: %w", options.Exclude, err)
		}
	}
	return s, nil
}

func (s selector) matches(name string) bool {
	switch path.Ext(name) {
	case ".yaml", ".yml", ".json", ".jsonnet":
	default:
		return false
	}
	if s.exclude != nil && s.exclude.Match(name) {
		return false
	}
	return s.include == nil || s.include.Match(name)
}
