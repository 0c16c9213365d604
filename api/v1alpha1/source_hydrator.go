package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// SourceHydrator renders manifests from one place (dry) and commits the
// result to another (hydrated), which is then what is synced.
type SourceHydrator struct {
	// DrySource is what is rendered.
	DrySource DrySource `json:"drySource"`
	// SyncSource is where the rendered manifests are synced from.
	SyncSource SyncSource `json:"syncSource"`
	// HydrateTo is the branch to commit to when it is not the one synced from:
	// something else moves commits onward.
	HydrateTo *HydrateTo `json:"hydrateTo,omitempty"`
}

// DrySource is the input of hydration.
type DrySource struct {
	RepoURL        string                      `json:"repoURL"`
	TargetRevision string                      `json:"targetRevision"`
	Path           string                      `json:"path"`
	Helm           *ApplicationSourceHelm      `json:"helm,omitempty"`
	Kustomize      *ApplicationSourceKustomize `json:"kustomize,omitempty"`
	Directory      *ApplicationSourceDirectory `json:"directory,omitempty"`
	Plugin         *ApplicationSourcePlugin    `json:"plugin,omitempty"`
}

// SyncSource is where hydrated manifests are synced from.
type SyncSource struct {
	// TargetBranch holds hydrated manifests.
	TargetBranch string `json:"targetBranch"`
	// Path of this Application's manifests in the branch; never the root.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:Pattern=`^.{2,}|[^./]$`
	Path string `json:"path"`
	// RepoURL; empty means the dry source's repository.
	RepoURL string `json:"repoURL,omitempty"`
}

// HydrateTo is the branch that hydrated manifests are committed to.
type HydrateTo struct {
	TargetBranch string `json:"targetBranch"`
}

// GetSyncSource returns the hydrated manifests as an ordinary source.
func (h SourceHydrator) GetSyncSource() ApplicationSource {
	url := h.SyncSource.RepoURL
	if url == "" {
		url = h.DrySource.RepoURL
	}
	return ApplicationSource{RepoURL: url, Path: h.SyncSource.Path, TargetRevision: h.SyncSource.TargetBranch}
}

// GetDrySource returns what is rendered as an ordinary source.
func (h SourceHydrator) GetDrySource() ApplicationSource {
	d := h.DrySource
	return ApplicationSource{
		RepoURL: d.RepoURL, Path: d.Path, TargetRevision: d.TargetRevision,
		Helm: d.Helm, Kustomize: d.Kustomize, Directory: d.Directory, Plugin: d.Plugin,
	}
}

// SourceHydratorStatus tells of hydration.
type SourceHydratorStatus struct {
	LastSuccessfulOperation *SuccessfulHydrateOperation `json:"lastSuccessfulOperation,omitempty"`
	CurrentOperation        *HydrateOperation           `json:"currentOperation,omitempty"`
	// LastComparedDryRevision is the dry commit last found to need no work.
	LastComparedDryRevision string `json:"lastComparedDryRevision,omitempty"`
}

// HydrateOperation is a hydration under way or done.
type HydrateOperation struct {
	// +optional
	StartedAt  metav1.Time           `json:"startedAt,omitempty"`
	FinishedAt *metav1.Time          `json:"finishedAt,omitempty"`
	Phase      HydrateOperationPhase `json:"phase"`
	Message    string                `json:"message"`
	// DrySHA is the commit rendered.
	DrySHA string `json:"drySHA,omitempty"`
	// HydratedSHA is the commit written.
	HydratedSHA string `json:"hydratedSHA,omitempty"`
	// SourceHydrator as it was then.
	SourceHydrator SourceHydrator `json:"sourceHydrator,omitempty"`
}

// SuccessfulHydrateOperation is the last hydration that succeeded.
type SuccessfulHydrateOperation struct {
	DrySHA         string         `json:"drySHA,omitempty"`
	HydratedSHA    string         `json:"hydratedSHA,omitempty"`
	SourceHydrator SourceHydrator `json:"sourceHydrator,omitempty"`
}

// HydrateOperationPhase is how far a hydration is.
type HydrateOperationPhase string

// Phases of hydration.
const (
	HydrateOperationPhaseHydrating HydrateOperationPhase = "Hydrating"
	HydrateOperationPhaseFailed    HydrateOperationPhase = "Failed"
	HydrateOperationPhaseHydrated  HydrateOperationPhase = "Hydrated"
)
