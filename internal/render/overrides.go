package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/render/manifest"
)

// withOverrides is the source with what the repository itself says about it:
// .argocd-source.yaml, then .argocd-source-NAME.yaml, beside the manifests,
// each a merge patch (RFC 7386) of how to render. Where to render from cannot
// be changed.
// https://argo-cd.readthedocs.io/en/stable/user-guide/parameters/#store-overrides-in-git
func withOverrides(tree fs.FS, folder string, source v1alpha1.ApplicationSource, name string, limit int) (v1alpha1.ApplicationSource, error) {
	files := []string{".argocd-source.yaml"}
	if name != "" {
		files = append(files, ".argocd-source-"+name+".yaml")
	}
	for _, base := range files {
		file := path.Join(folder, base)
		if !fs.ValidPath(file) {
			return source, fmt.Errorf("%s: path escapes repository", file)
		}
		if info, err := fs.Stat(tree, file); errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
			continue
		}
		text, err := fs.ReadFile(tree, file)
		if err != nil {
			return source, err
		}
		if err := manifest.Check(file, text, limit); err != nil {
			return source, err
		}
		if source, err = overridden(source, text); err != nil {
			return source, fmt.Errorf("%s: %w", file, err)
		}
	}
	return source, nil
}

func overridden(source v1alpha1.ApplicationSource, text []byte) (v1alpha1.ApplicationSource, error) {
	var patch any
	if err := yaml.Unmarshal(text, &patch); err != nil {
		return source, err
	}
	changes, ok := patch.(map[string]any)
	if !ok {
		if patch == nil {
			return source, nil
		}
		return source, errors.New("is no mapping of source parameters")
	}
	raw, err := json.Marshal(source)
	if err != nil {
		return source, err
	}
	var whole map[string]any
	if err := json.Unmarshal(raw, &whole); err != nil {
		return source, err
	}
	if raw, err = json.Marshal(mergePatch(whole, changes)); err != nil {
		return source, err
	}
	var out v1alpha1.ApplicationSource
	if err := json.Unmarshal(raw, &out); err != nil {
		return source, err
	}
	out.RepoURL, out.Path, out.Chart, out.TargetRevision = source.RepoURL, source.Path, source.Chart, source.TargetRevision
	out.Ref, out.Name, out.TagPrefix = source.Ref, source.Name, source.TagPrefix
	return out, nil
}

// mergePatch is RFC 7386 for mappings: null takes a key away, mappings merge,
// anything else replaces.
func mergePatch(target, patch map[string]any) map[string]any {
	if target == nil {
		target = map[string]any{}
	}
	for key, change := range patch {
		changes, isMap := change.(map[string]any)
		switch {
		case change == nil:
			delete(target, key)
		case isMap:
			inner, _ := target[key].(map[string]any)
			target[key] = mergePatch(inner, changes)
		default:
			target[key] = change
		}
	}
	return target
}
