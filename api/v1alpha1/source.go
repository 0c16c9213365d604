package v1alpha1

import (
	"fmt"
	"strings"
)

// ApplicationSource says where manifests come from and how they are rendered.
// At most one of Helm, Kustomize, Directory and Plugin may be set; with none
// of them the kind of source is found by looking at the tree.
type ApplicationSource struct {
	// RepoURL of a Git repository, a Helm repository, or an OCI registry.
	RepoURL string `json:"repoURL"`
	// Path inside the Git repository or OCI artifact.
	Path string `json:"path,omitempty"`
	// TargetRevision is a branch, tag or commit in Git (empty means HEAD), a
	// version or range for a chart, a tag or digest for OCI.
	TargetRevision string `json:"targetRevision,omitempty"`
	// Helm options.
	Helm *ApplicationSourceHelm `json:"helm,omitempty"`
	// Kustomize options.
	Kustomize *ApplicationSourceKustomize `json:"kustomize,omitempty"`
	// Directory options, for plain manifests.
	Directory *ApplicationSourceDirectory `json:"directory,omitempty"`
	// Plugin options, for a config management plugin.
	Plugin *ApplicationSourcePlugin `json:"plugin,omitempty"`
	// Chart is the name of a chart in the Helm repository at RepoURL.
	Chart string `json:"chart,omitempty"`
	// Ref names this source, so that value files of another source of the same
	// Application can reach into it as $ref/path.
	Ref string `json:"ref,omitempty"`
	// Name of this source, for people and tools.
	Name string `json:"name,omitempty"`
	// TagPrefix is put before a semantic version range in TargetRevision, and
	// only tags that begin with it are considered.
	TagPrefix string `json:"tagPrefix,omitempty"`
}

// ApplicationSources is a list of sources.
type ApplicationSources []ApplicationSource

// ApplicationSourceType is the kind of renderer a source needs.
type ApplicationSourceType string

// The kinds of renderer.
const (
	ApplicationSourceTypeHelm      ApplicationSourceType = "Helm"
	ApplicationSourceTypeKustomize ApplicationSourceType = "Kustomize"
	ApplicationSourceTypeDirectory ApplicationSourceType = "Directory"
	ApplicationSourceTypePlugin    ApplicationSourceType = "Plugin"
)

// ExplicitType returns the renderer that the source's own fields ask for, nil
// when they ask for none, and an error when they ask for more than one.
func (s *ApplicationSource) ExplicitType() (*ApplicationSourceType, error) {
	var found []string
	for _, t := range []struct {
		set  bool
		name ApplicationSourceType
	}{
		{s.Kustomize != nil, ApplicationSourceTypeKustomize},
		{s.Helm != nil, ApplicationSourceTypeHelm},
		{s.Directory != nil, ApplicationSourceTypeDirectory},
		{s.Plugin != nil, ApplicationSourceTypePlugin},
	} {
		if t.set {
			found = append(found, string(t.name))
		}
	}
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		t := ApplicationSourceType(found[0])
		return &t, nil
	default:
		return nil, fmt.Errorf("source %s sets more than one of its renderers (%s): keep one", s.RepoURL, strings.Join(found, ", "))
	}
}

// IsHelm reports whether the source is a chart from a chart repository.
func (s *ApplicationSource) IsHelm() bool { return s.Chart != "" }

// IsOCI reports whether the source is an OCI artifact.
func (s *ApplicationSource) IsOCI() bool { return strings.HasPrefix(s.RepoURL, "oci://") }

// IsRef reports whether other sources may refer to this one.
func (s *ApplicationSource) IsRef() bool { return s.Ref != "" }
