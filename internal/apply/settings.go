package apply

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Settings are how an Application wants its objects brought to the cluster:
// its sync options, read by [ParseSettings], and its rules for ignoring
// differences. The zero value is what Argo CD does without any option
// (https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/).
type Settings struct {
	// CreateNamespace makes the manifests' namespace if it is absent.
	CreateNamespace bool
	// SkipValidation (Validate=false) lets the API server drop fields that a
	// kind does not have, instead of refusing the object.
	SkipValidation bool
	// SkipDryRunOnMissingResource lets a dry run pass over an object whose kind
	// is not there yet.
	SkipDryRunOnMissingResource bool
	// Prune and Delete say what may be removed when it leaves the manifests,
	// and when its Application is deleted.
	Prune, Delete Consent
	// PruneLast waits for the health of everything before it prunes.
	PruneLast bool
	// Propagation of deletions; "" is foreground.
	Propagation metav1.DeletionPropagation
	// Replace puts whole objects in place of applying fields. It wins over
	// server-side apply, which is otherwise always used.
	Replace bool
	// Force deletes an object that cannot be changed in place, and makes it
	// anew; with Replace, on every sync that is not healing.
	Force bool
	// ApplyOutOfSyncOnly writes only what a dry run shows to differ.
	ApplyOutOfSyncOnly bool
	// FailOnSharedResource fails the sync before it changes anything, if an
	// object is another application's.
	FailOnSharedResource bool
	// RespectIgnoreDifferences leaves ignored fields as they are in the cluster.
	RespectIgnoreDifferences bool
	// KeepManagers (ClientSideApplyMigration=false) leaves fields to the tools
	// that applied them before.
	KeepManagers bool
	// MigrationManager is one more field manager whose fields are taken over.
	MigrationManager string
	// IgnoreDifferences of the Application.
	IgnoreDifferences v1alpha1.IgnoreDifferences
}

// Consent to a removal.
type Consent string

// Consents, spelled as the values of the options Prune and Delete.
const (
	// Always is the default: without asking.
	Always Consent = "true"
	// Never: the object stays.
	Never Consent = "false"
	// Ask: once a person has approved it.
	Ask Consent = "confirm"
)

// on lays an object's own options over those of the Application.
func (s Settings) on(obj metav1.Object) Settings {
	for _, o := range list(obj.GetAnnotations()[v1alpha1.AnnotationSyncOptions]) {
		if row, value, ok := lookUp(o); ok && row.object {
			row.set(&s, value)
		}
	}
	return s
}

// propagation of deletions.
func (s Settings) propagation() metav1.DeletionPropagation {
	if s.Propagation == "" {
		return metav1.DeletePropagationForeground
	}
	return s.Propagation
}

// With gives the same manifests under other settings; those of one object, in
// its annotation, win over them.
func (m *Manifests) With(s Settings) *Manifests {
	out := *m
	out.settings = s
	return &out
}

// Settings of the manifests, as With gave them.
func (m *Manifests) Settings() Settings { return m.settings }
