package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Pin records what each requested revision resolves to. Delivery joins it with
// the Application, so a new commit costs one write however many Applications
// follow it, and Application.spec stays the user's.
//
// A Pin stands for one ApplicationSet (spec.set), for Applications that no set
// owns for one repository (and chart) and revision, or for one value file at a
// URL, which the Applications of any set may share.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=pins,categories=fairlead
// +kubebuilder:printcolumn:name="Set",type=string,JSONPath=`.spec.set`
// +kubebuilder:printcolumn:name="Revision",type=string,JSONPath=`.spec.cohorts[0].revisions[0].revision`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Pin struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec PinSpec `json:"spec,omitempty"`
}

// PinSpec is written by the hub's leader alone.
type PinSpec struct {
	// Set is the name of the ApplicationSet (same namespace) whose
	// Applications follow this pin; empty for a pin of single Applications.
	Set string `json:"set,omitempty"`
	// Cohorts hold the revisions per rollout cohort. The cohort named "" is
	// every Application that no other cohort names.
	// +listType=map
	// +listMapKey=name
	Cohorts []PinCohort `json:"cohorts,omitempty"`
}

// PinCohort is the revisions that one part of a set runs.
type PinCohort struct {
	// Name of the cohort; "" is the default one.
	Name string `json:"name"`
	// Revisions, sorted by what was requested: see PinnedRevision.Compare.
	Revisions []PinnedRevision `json:"revisions,omitempty"`
}

// PinnedRevision says what one requested revision of one source means now.
type PinnedRevision struct {
	// RepoURL as the Application writes it; the URL of a value file.
	RepoURL string `json:"repoURL"`
	// Chart for a chart repository; empty for Git and OCI artifacts.
	Chart string `json:"chart,omitempty"`
	// TargetRevision as the Application writes it; empty means HEAD, and is
	// that of a value file.
	TargetRevision string `json:"targetRevision,omitempty"`
	// TagPrefix goes before a version or range in TargetRevision (Git).
	TagPrefix string `json:"tagPrefix,omitempty"`
	// PassCredentials as the Application writes it (chart).
	PassCredentials bool `json:"passCredentials,omitempty"`
	// Revision is the commit (Git), version (chart) or digest (OCI, file).
	Revision string `json:"revision"`
	// Digest is "sha256:" and 64 digits, of a chart's archive, an OCI manifest
	// or a file; empty for Git, where a commit is one.
	Digest string `json:"digest,omitempty"`
	// Location is where the archive of a chart was found. A hint: empty where
	// nothing is known, and for all else.
	Location string `json:"location,omitempty"`
	// ResolvedAt is when Revision last changed.
	ResolvedAt metav1.Time `json:"resolvedAt,omitempty"`
}

// PinList is a list of pins.
//
// +kubebuilder:object:root=true
type PinList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Pin `json:"items"`
}
