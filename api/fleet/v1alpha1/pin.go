package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Pin records what each requested revision resolves to. Delivery joins it with
// the Application, so a new commit costs one write however many Applications
// follow it, and Application.spec stays the user's.
//
// A Pin stands for one ApplicationSet (spec.set) or, for Applications that no
// set owns, for one repository and revision.
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
	// Revisions, sorted by repoURL, chart and targetRevision.
	Revisions []PinnedRevision `json:"revisions,omitempty"`
}

// PinnedRevision says what one requested revision of one source means now.
type PinnedRevision struct {
	// RepoURL as the Application writes it.
	RepoURL string `json:"repoURL"`
	// Chart for a chart repository; empty for Git.
	Chart string `json:"chart,omitempty"`
	// TargetRevision as the Application writes it; empty means HEAD.
	TargetRevision string `json:"targetRevision,omitempty"`
	// Revision is the commit (Git), version (chart) or digest (OCI).
	Revision string `json:"revision"`
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
