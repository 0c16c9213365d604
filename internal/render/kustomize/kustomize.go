package kustomize

import (
	"context"
	"fmt"
	"io/fs"
	"path"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/render/manifest"
)

// turn is held while the library builds: it keeps the OpenAPI schema that
// merges use in a global variable.
var turn = make(chan struct{}, 1)

// FileName returns the kustomization file of a folder, or "".
func FileName(tree fs.FS, folder string) string {
	for _, base := range konfig.RecognizedKustomizationFileNames() {
		if info, err := fs.Stat(tree, path.Join(folder, base)); err == nil && info.Mode().IsRegular() {
			return path.Join(folder, base)
		}
	}
	return ""
}

// Render builds the kustomization in folder, an fs.FS name in tree, into d.
// env is for annotations that ask for substitution.
func Render(ctx context.Context, tree fs.FS, folder string, options *v1alpha1.ApplicationSourceKustomize, env func(string) string, d *manifest.Decoder) error {
	if options == nil {
		options = &v1alpha1.ApplicationSourceKustomize{}
	}
	if options.Version != "" {
		return fmt.Errorf("kustomize.version %q: one version of Kustomize is built in; remove the field", options.Version)
	}
	file := FileName(tree, folder)
	if file == "" {
		return fmt.Errorf("%s: no kustomization.yaml, kustomization.yml or Kustomization here", folder)
	}
	system := treeSystem{tree: tree, limits: d.Limits, replaced: map[string][]byte{}}
	edited, err := edit(system, file, options, env)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if edited != nil {
		system.replaced[file] = edited
	}
	if _, err := newScan(system).folder(folder, false); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return build(ctx, system, folder, d)
}

func build(ctx context.Context, system treeSystem, folder string, d *manifest.Decoder) error {
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("kustomize build %s: waiting for other builds: %w", folder, ctx.Err())
	}
	defer func() { <-turn }()
	built, err := krusty.MakeKustomizer(&krusty.Options{
		Reorder:          krusty.ReorderOptionUnspecified, // as the kustomization says
		LoadRestrictions: types.LoadRestrictionsRootOnly,
		PluginConfig:     types.DisabledPluginConfig(),
	}).Run(system, path.Join("/", folder))
	if err != nil {
		return fmt.Errorf("kustomize build %s: %w", folder, err)
	}
	for _, r := range built.Resources() {
		raw, err := r.MarshalJSON()
		if err != nil {
			return fmt.Errorf("kustomize build %s: %s: %w", folder, r.CurId(), err)
		}
		if err := d.AddJSON(fmt.Sprintf("kustomize build %s: %s", folder, r.CurId()), raw); err != nil {
			return err
		}
	}
	return nil
}
