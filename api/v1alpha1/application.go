package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Application is one source (or several) delivered to one namespace of one
// cluster.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=applications,shortName=app;apps
// +kubebuilder:printcolumn:name="Sync Status",type=string,JSONPath=`.status.sync.status`
// +kubebuilder:printcolumn:name="Health Status",type=string,JSONPath=`.status.health.status`
// +kubebuilder:printcolumn:name="Revision",type=string,JSONPath=`.status.sync.revision`,priority=10
// +kubebuilder:printcolumn:name="Project",type=string,JSONPath=`.spec.project`,priority=10
type Application struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec   ApplicationSpec   `json:"spec"`
	Status ApplicationStatus `json:"status,omitempty"`

	// Operation asks for a sync. Whoever sets it starts one; the hub takes it
	// away when it has begun and tells of it in status.operationState.
	Operation *Operation `json:"operation,omitempty"`
}

// ApplicationList is a list of Applications.
//
// +kubebuilder:object:root=true
type ApplicationList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []Application `json:"items"`
}

// ApplicationSpec is what should run, where, and how it gets there. Exactly
// one of Source, Sources and SourceHydrator is expected; the schema does not
// insist, because Argo CD's does not.
type ApplicationSpec struct {
	// Source of the manifests.
	Source *ApplicationSource `json:"source,omitempty"`
	// Destination cluster and namespace.
	Destination ApplicationDestination `json:"destination"`
	// Project that the Application belongs to. Empty means "default"; read it
	// with GetProject.
	//
	// +optional
	Project string `json:"project"`
	// SyncPolicy says when and how changes are applied; nil means by hand.
	SyncPolicy *SyncPolicy `json:"syncPolicy,omitempty"`
	// IgnoreDifferences lists fields that do not count as drift.
	IgnoreDifferences IgnoreDifferences `json:"ignoreDifferences,omitempty"`
	// Info is shown to people and has no effect.
	Info []Info `json:"info,omitempty"`
	// RevisionHistoryLimit bounds status.history; nil means
	// RevisionHistoryLimit, 0 keeps none.
	RevisionHistoryLimit *int64 `json:"revisionHistoryLimit,omitempty"`
	// Sources of the manifests when there are several. It wins over Source.
	Sources ApplicationSources `json:"sources,omitempty"`
	// SourceHydrator renders one branch into another. It wins over both.
	SourceHydrator *SourceHydrator `json:"sourceHydrator,omitempty"`
}

// GetProject returns the project's name, "default" when none is written.
func (s ApplicationSpec) GetProject() string {
	if s.Project == "" {
		return DefaultAppProjectName
	}
	return s.Project
}

// GetRevisionHistoryLimit returns how many entries status.history may hold.
func (s ApplicationSpec) GetRevisionHistoryLimit() int {
	if s.RevisionHistoryLimit == nil {
		return RevisionHistoryLimit
	}
	return int(*s.RevisionHistoryLimit)
}

// HasMultipleSources reports whether Sources is in use, which also decides
// between the singular and plural fields of the status.
func (s *ApplicationSpec) HasMultipleSources() bool {
	return s.SourceHydrator == nil && len(s.Sources) > 0
}

// GetSources returns the sources to deliver: what the hydrator writes, else
// Sources, else Source; empty when there is none.
func (s *ApplicationSpec) GetSources() ApplicationSources {
	switch {
	case s.SourceHydrator != nil:
		return ApplicationSources{s.SourceHydrator.GetSyncSource()}
	case len(s.Sources) > 0:
		return s.Sources
	case s.Source != nil:
		return ApplicationSources{*s.Source}
	default:
		return ApplicationSources{}
	}
}

// GetSource returns the first of GetSources, or an empty source.
func (s *ApplicationSpec) GetSource() ApplicationSource {
	if sources := s.GetSources(); len(sources) > 0 {
		return sources[0]
	}
	return ApplicationSource{}
}

// Info is a name and a value for people to read.
type Info struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// IgnoreDifferences is a list of rules about fields that do not count as drift.
type IgnoreDifferences []ResourceIgnoreDifferences

// ResourceIgnoreDifferences selects objects by group, kind, name and namespace
// (empty selects every one, "*" in group and kind too) and names the fields to
// ignore in them.
type ResourceIgnoreDifferences struct {
	Group     string `json:"group,omitempty"`
	Kind      string `json:"kind"`
	Name      string `json:"name,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	// JSONPointers are RFC 6901 pointers.
	JSONPointers []string `json:"jsonPointers,omitempty"`
	// JQPathExpressions are jq expressions that yield paths.
	JQPathExpressions []string `json:"jqPathExpressions,omitempty"`
	// ManagedFieldsManagers ignores every field that one of these field
	// managers owns.
	ManagedFieldsManagers []string `json:"managedFieldsManagers,omitempty"`
}
