package render

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/render/helm"
	"github.com/fairlead/fairlead/internal/render/kustomize"
)

// SourceType says which renderer a source needs: the one it names, else Helm
// for a chart and where there is a Chart.yaml, Kustomize where there is a
// kustomization, else plain manifests.
// https://argo-cd.readthedocs.io/en/stable/user-guide/tool_detection/
func SourceType(tree fs.FS, source v1alpha1.ApplicationSource) (v1alpha1.ApplicationSourceType, error) {
	explicit, err := source.ExplicitType()
	if err != nil {
		return "", err
	}
	if explicit != nil {
		return *explicit, nil
	}
	if source.IsHelm() {
		return v1alpha1.ApplicationSourceTypeHelm, nil
	}
	folder, err := clean(source.Path)
	if err != nil {
		return "", err
	}
	if info, err := fs.Stat(tree, path.Join(folder, helm.FileName)); err == nil && info.Mode().IsRegular() {
		return v1alpha1.ApplicationSourceTypeHelm, nil
	}
	if kustomize.FileName(tree, folder) != "" {
		return v1alpha1.ApplicationSourceTypeKustomize, nil
	}
	return v1alpha1.ApplicationSourceTypeDirectory, nil
}

// folderOf is the folder to render, which must exist.
func folderOf(req Request) (string, error) {
	if req.Source.IsHelm() {
		return ".", nil // the tree is the chart
	}
	folder, err := clean(req.Source.Path)
	if err != nil {
		return "", err
	}
	info, err := fs.Stat(req.Tree, folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("path %q does not exist in the repository at %s", req.Source.Path, first(req.Revision, req.Source.TargetRevision, "HEAD"))
	case err != nil:
		return "", fmt.Errorf("path %q: %w", req.Source.Path, err)
	case !info.IsDir():
		return "", fmt.Errorf("path %q is a file; an application needs a folder", req.Source.Path)
	}
	return folder, nil
}

// clean turns the path of a source into an fs.FS name.
func clean(p string) (string, error) {
	if strings.HasPrefix(p, "/") || strings.Contains(p, `\`) {
		return "", fmt.Errorf("path %q: path escapes repository", p)
	}
	out := path.Clean(p)
	if !fs.ValidPath(out) {
		return "", fmt.Errorf("path %q: path escapes repository", p)
	}
	return out, nil
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
