package v1alpha1

import "k8s.io/apimachinery/pkg/runtime"

// ApplicationSourceHelm holds options for rendering a chart. Values take
// effect in this order, the last one winning: ValueFiles in their order,
// ValuesObject (else Values), Parameters, FileParameters.
type ApplicationSourceHelm struct {
	// ValueFiles are paths relative to Path, absolute from the repository's
	// root when they begin with "/", $ref/path for a file of another source,
	// or URLs.
	ValueFiles []string `json:"valueFiles,omitempty"`
	// Parameters are single values, as with helm's --set.
	Parameters []HelmParameter `json:"parameters,omitempty"`
	// ReleaseName; empty means the Application's name.
	ReleaseName string `json:"releaseName,omitempty"`
	// Values is a YAML document. ValuesObject wins over it.
	Values string `json:"values,omitempty"`
	// FileParameters are single values read from files, as with --set-file.
	FileParameters []HelmFileParameter `json:"fileParameters,omitempty"`
	// Version of Helm to render with, "v3".
	Version string `json:"version,omitempty"`
	// PassCredentials sends the repository's credentials to every host that
	// the chart's dependencies name.
	PassCredentials bool `json:"passCredentials,omitempty"`
	// IgnoreMissingValueFiles skips value files that do not exist.
	IgnoreMissingValueFiles bool `json:"ignoreMissingValueFiles,omitempty"`
	// SkipCrds leaves the chart's crds folder out.
	SkipCrds bool `json:"skipCrds,omitempty"`
	// ValuesObject is a map of values.
	//
	// +kubebuilder:pruning:PreserveUnknownFields
	ValuesObject *runtime.RawExtension `json:"valuesObject,omitempty"`
	// Namespace to render with; empty means the destination's.
	Namespace string `json:"namespace,omitempty"`
	// KubeVersion to render for; empty means the destination's.
	KubeVersion string `json:"kubeVersion,omitempty"`
	// APIVersions to render for; empty means the destination's.
	APIVersions []string `json:"apiVersions,omitempty"`
	// SkipTests leaves out what is annotated as a test hook.
	SkipTests bool `json:"skipTests,omitempty"`
	// SkipSchemaValidation does not check values against values.schema.json.
	SkipSchemaValidation bool `json:"skipSchemaValidation,omitempty"`
}

// HelmParameter is one value in helm's --set notation.
type HelmParameter struct {
	// Name is the path of the value.
	Name string `json:"name,omitempty"`
	// Value as text.
	Value string `json:"value,omitempty"`
	// ForceString keeps Value a string, as with --set-string.
	ForceString bool `json:"forceString,omitempty"`
}

// HelmFileParameter is one value whose text is a file's content.
type HelmFileParameter struct {
	// Name is the path of the value.
	Name string `json:"name,omitempty"`
	// Path of the file.
	Path string `json:"path,omitempty"`
}
