package v1alpha1

import "k8s.io/apimachinery/pkg/util/intstr"

// ApplicationSourceKustomize holds what is added to a kustomization before it
// is built.
type ApplicationSourceKustomize struct {
	// NamePrefix is put before every name.
	NamePrefix string `json:"namePrefix,omitempty"`
	// NameSuffix is put after every name.
	NameSuffix string `json:"nameSuffix,omitempty"`
	// Images to replace.
	Images KustomizeImages `json:"images,omitempty"`
	// CommonLabels to add.
	CommonLabels map[string]string `json:"commonLabels,omitempty"`
	// Version of Kustomize to build with.
	Version string `json:"version,omitempty"`
	// CommonAnnotations to add.
	CommonAnnotations map[string]string `json:"commonAnnotations,omitempty"`
	// ForceCommonLabels overwrites labels that the kustomization sets.
	ForceCommonLabels bool `json:"forceCommonLabels,omitempty"`
	// ForceCommonAnnotations overwrites annotations that the kustomization
	// sets.
	ForceCommonAnnotations bool `json:"forceCommonAnnotations,omitempty"`
	// Namespace to set on every object.
	Namespace string `json:"namespace,omitempty"`
	// CommonAnnotationsEnvsubst replaces $ARGOCD_APP_NAME and its siblings in
	// the values of CommonAnnotations.
	CommonAnnotationsEnvsubst bool `json:"commonAnnotationsEnvsubst,omitempty"`
	// Replicas to set.
	Replicas KustomizeReplicas `json:"replicas,omitempty"`
	// Patches to apply.
	Patches KustomizePatches `json:"patches,omitempty"`
	// Components to include, relative to Path.
	Components []string `json:"components,omitempty"`
	// IgnoreMissingComponents skips components that do not exist.
	IgnoreMissingComponents bool `json:"ignoreMissingComponents,omitempty"`
	// LabelWithoutSelector keeps CommonLabels out of selectors and templates.
	LabelWithoutSelector bool `json:"labelWithoutSelector,omitempty"`
	// KubeVersion to render charts for; empty means the destination's.
	KubeVersion string `json:"kubeVersion,omitempty"`
	// APIVersions to render charts for; empty means the destination's.
	APIVersions []string `json:"apiVersions,omitempty"`
	// LabelIncludeTemplates puts CommonLabels into templates although
	// LabelWithoutSelector keeps them out of selectors.
	LabelIncludeTemplates bool `json:"labelIncludeTemplates,omitempty"`
}

// KustomizeImage is an image override: [old=]name[:tag][@digest].
type KustomizeImage string

// KustomizeImages is a list of image overrides.
type KustomizeImages []KustomizeImage

// KustomizeReplica sets the replicas of every workload of one name.
type KustomizeReplica struct {
	Name string `json:"name"`
	// Count is a number, or text that parses as one after templating.
	Count intstr.IntOrString `json:"count"`
}

// KustomizeReplicas is a list of replica settings.
type KustomizeReplicas []KustomizeReplica

// KustomizePatches is a list of patches.
type KustomizePatches []KustomizePatch

// KustomizePatch is a strategic merge patch or JSON patch, from a file or
// written in place, as in a kustomization's patches field.
type KustomizePatch struct {
	Path    string             `json:"path,omitempty"`
	Patch   string             `json:"patch,omitempty"`
	Target  *KustomizeSelector `json:"target,omitempty"`
	Options map[string]bool    `json:"options,omitempty"`
}

// KustomizeSelector selects the objects a patch applies to.
type KustomizeSelector struct {
	KustomizeResId     `json:",inline"`
	AnnotationSelector string `json:"annotationSelector,omitempty"`
	LabelSelector      string `json:"labelSelector,omitempty"`
}

// KustomizeResId selects by type, name and namespace.
type KustomizeResId struct {
	KustomizeGvk `json:",inline"`
	Name         string `json:"name,omitempty"`
	Namespace    string `json:"namespace,omitempty"`
}

// KustomizeGvk selects by type.
type KustomizeGvk struct {
	Group   string `json:"group,omitempty"`
	Version string `json:"version,omitempty"`
	Kind    string `json:"kind,omitempty"`
}
