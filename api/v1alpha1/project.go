package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// AppProject bounds what its Applications may do, and who may do what to them.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=appprojects,shortName=appproj;appprojs
type AppProject struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec   AppProjectSpec   `json:"spec"`
	Status AppProjectStatus `json:"status,omitempty"`
}

// AppProjectList is a list of AppProjects.
//
// +kubebuilder:object:root=true
type AppProjectList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []AppProject `json:"items"`
}

// AppProjectSpec is the bounds. Globs take "*"; a leading "!" in SourceRepos
// and in the fields of Destinations forbids.
type AppProjectSpec struct {
	// SourceRepos are globs of repositories that may be used.
	SourceRepos []string `json:"sourceRepos,omitempty"`
	// Destinations that may be delivered to; fields are globs.
	Destinations []ApplicationDestination `json:"destinations,omitempty"`
	// Description for people.
	//
	// +kubebuilder:validation:MaxLength=255
	Description string `json:"description,omitempty"`
	// Roles of this project.
	Roles []ProjectRole `json:"roles,omitempty"`
	// ClusterResourceWhitelist allows cluster-scoped kinds; empty allows none.
	ClusterResourceWhitelist []ClusterResourceRestrictionItem `json:"clusterResourceWhitelist,omitempty"`
	// NamespaceResourceBlacklist forbids namespaced kinds.
	NamespaceResourceBlacklist []metav1.GroupKind `json:"namespaceResourceBlacklist,omitempty"`
	// OrphanedResources watches for objects that belong to no Application; nil
	// means that nobody looks.
	OrphanedResources *OrphanedResourcesMonitorSettings `json:"orphanedResources,omitempty"`
	// SyncWindows say when syncs may happen.
	SyncWindows SyncWindows `json:"syncWindows,omitempty"`
	// NamespaceResourceWhitelist allows namespaced kinds. Absent allows all,
	// empty none, which is why an empty one is written.
	//
	// +optional
	NamespaceResourceWhitelist []metav1.GroupKind `json:"namespaceResourceWhitelist,omitzero"`
	// SignatureKeys are GPG keys, one of which must have signed a commit.
	SignatureKeys []SignatureKey `json:"signatureKeys,omitempty"`
	// ClusterResourceBlacklist forbids cluster-scoped kinds.
	ClusterResourceBlacklist []ClusterResourceRestrictionItem `json:"clusterResourceBlacklist,omitempty"`
	// SourceNamespaces are globs of namespaces whose Applications may belong
	// to this project.
	SourceNamespaces []string `json:"sourceNamespaces,omitempty"`
	// PermitOnlyProjectScopedClusters refuses clusters that do not belong to
	// this project.
	PermitOnlyProjectScopedClusters bool `json:"permitOnlyProjectScopedClusters,omitempty"`
	// DestinationServiceAccounts to impersonate per destination.
	DestinationServiceAccounts []ApplicationDestinationServiceAccount `json:"destinationServiceAccounts,omitempty"`
	// SourceIntegrity says how sources must be verified.
	SourceIntegrity *SourceIntegrity `json:"sourceIntegrity,omitempty"`
}

// AppProjectStatus is what is known of a project.
type AppProjectStatus struct {
	// JWTTokensByRole are the tokens in force, by role.
	JWTTokensByRole map[string]JWTTokens `json:"jwtTokensByRole,omitempty"`
}

// ClusterResourceRestrictionItem selects cluster-scoped objects; "*" matches
// any group or kind, and Name is a glob.
type ClusterResourceRestrictionItem struct {
	Group string `json:"group"`
	Kind  string `json:"kind"`
	Name  string `json:"name,omitempty"`
}

// OrphanedResourcesMonitorSettings says how objects that belong to no
// Application are looked for.
type OrphanedResourcesMonitorSettings struct {
	// Warn with a condition when there are any.
	Warn *bool `json:"warn,omitempty"`
	// Ignore these.
	Ignore []OrphanedResourceKey `json:"ignore,omitempty"`
}

// OrphanedResourceKey selects objects; Name is a glob.
type OrphanedResourceKey struct {
	Group string `json:"group,omitempty"`
	Kind  string `json:"kind,omitempty"`
	Name  string `json:"name,omitempty"`
}

// SignatureKey is a GPG key.
type SignatureKey struct {
	// KeyID in hexadecimal.
	KeyID string `json:"keyID"`
}

// ApplicationDestinationServiceAccount is the service account that objects are
// applied as in the destinations that match.
type ApplicationDestinationServiceAccount struct {
	// Server is a glob of cluster addresses.
	Server string `json:"server"`
	// Namespace is a glob of destination namespaces.
	Namespace string `json:"namespace,omitempty"`
	// DefaultServiceAccount as NAME or NAMESPACE:NAME.
	DefaultServiceAccount string `json:"defaultServiceAccount"`
}
