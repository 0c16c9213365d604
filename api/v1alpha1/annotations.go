package v1alpha1

import "slices"

// Annotations on Applications and ApplicationSets.
const (
	// AnnotationKeyRefresh asks for a comparison now; the hub takes it away
	// when it has been made. The value is a RefreshType.
	AnnotationKeyRefresh = "argocd.argoproj.io/refresh"
	// AnnotationKeyHydrate asks for hydration now; the value is a HydrateType.
	AnnotationKeyHydrate = "argocd.argoproj.io/hydrate"
	// AnnotationApplicationSetRefresh set to "true" asks for an expansion now.
	AnnotationApplicationSetRefresh = "argocd.argoproj.io/application-set-refresh"
	// AnnotationKeyAppSkipReconcile set to true leaves the Application alone.
	AnnotationKeyAppSkipReconcile = "argocd.argoproj.io/skip-reconcile"
	// AnnotationKeyManifestGeneratePaths lists, separated by semicolons, the
	// paths whose changes concern the Application: relative to the source's
	// path, or absolute from the repository's root.
	AnnotationKeyManifestGeneratePaths = "argocd.argoproj.io/manifest-generate-paths"
	// AnnotationKeyManagedByURL is the address of the system that manages the
	// Application.
	AnnotationKeyManagedByURL = "argocd.argoproj.io/managed-by-url"
	// AnnotationKeyLinkPrefix begins the names of links shown to people; the
	// value is URL or TITLE|URL.
	AnnotationKeyLinkPrefix = "link.argocd.argoproj.io/"
)

// Annotations on objects in a source.
const (
	// AnnotationSyncOptions lists sync options, separated by commas.
	AnnotationSyncOptions = "argocd.argoproj.io/sync-options"
	// AnnotationSyncWave is the wave, a whole number; lower ones come first.
	AnnotationSyncWave = "argocd.argoproj.io/sync-wave"
	// AnnotationKeyHook lists HookTypes, separated by commas.
	AnnotationKeyHook = "argocd.argoproj.io/hook"
	// AnnotationKeyHookDeletePolicy lists HookDeletePolicies, separated by
	// commas; absent means BeforeHookCreation.
	AnnotationKeyHookDeletePolicy = "argocd.argoproj.io/hook-delete-policy"
	// AnnotationCompareOptions lists options for comparing, separated by
	// commas: IgnoreExtraneous, ServerSideDiff=true, IncludeMutationWebhook=true.
	AnnotationCompareOptions = "argocd.argoproj.io/compare-options"
	// AnnotationDeletionApproved holds the time at which a person approved
	// deleting what needs confirmation.
	AnnotationDeletionApproved = "argocd.argoproj.io/deletion-approved"
	// AnnotationIgnoreHealthCheck set to true leaves the object out of the
	// Application's health.
	AnnotationIgnoreHealthCheck = "argocd.argoproj.io/ignore-healthcheck"
	// AnnotationKeyIgnoreDefaultLinks set to true makes no link of an Ingress.
	AnnotationKeyIgnoreDefaultLinks = "argocd.argoproj.io/ignore-default-links"
	// AnnotationKeyAppInstance is what Argo CD tracks its objects by:
	// APPLICATION:GROUP/KIND:NAMESPACE/NAME.
	AnnotationKeyAppInstance = "argocd.argoproj.io/tracking-id"
	// AnnotationInstallationID tells Argo CD installations apart.
	AnnotationInstallationID = "argocd.argoproj.io/installation-id"
	// AnnotationClientSideApplyMigrationManager names the field manager whose
	// fields are taken over.
	AnnotationClientSideApplyMigrationManager = "argocd.argoproj.io/client-side-apply-migration-manager"
)

// Labels.
const (
	// LabelKeyAppInstance is what Argo CD tracks its objects by when told to
	// use a label.
	LabelKeyAppInstance = "app.kubernetes.io/instance"
	// LabelKeyAppSetInstance names the ApplicationSet that an Application
	// belongs to.
	LabelKeyAppSetInstance = "argocd.argoproj.io/application-set-name"
	// LabelKeySecretType tells what a Secret of Argo CD holds.
	LabelKeySecretType = "argocd.argoproj.io/secret-type"
	// LabelKeyClusterKubernetesVersion is a cluster's Kubernetes version.
	LabelKeyClusterKubernetesVersion = "argocd.argoproj.io/kubernetes-version"
	// LabelKeyAutoLabelClusterInfo set to "true" on a cluster asks for
	// LabelKeyClusterKubernetesVersion.
	LabelKeyAutoLabelClusterInfo = "argocd.argoproj.io/auto-label-cluster-info"

	// LabelValueSecretTypeCluster marks a Secret that describes a cluster.
	LabelValueSecretTypeCluster = "cluster"
	// LabelValueSecretTypeRepository marks a Secret that describes a repository.
	LabelValueSecretTypeRepository = "repository"
	// LabelValueSecretTypeRepoCreds marks credentials for a URL prefix.
	LabelValueSecretTypeRepoCreds = "repo-creds"
)

// Finalizers.
const (
	// ResourcesFinalizerName on an Application deletes what it delivered
	// before the Application goes; without it, what it delivered stays.
	ResourcesFinalizerName = "resources-finalizer.argocd.argoproj.io"
	// ForegroundPropagationPolicyFinalizer is ResourcesFinalizerName with
	// foreground deletion, which is also the default.
	ForegroundPropagationPolicyFinalizer = ResourcesFinalizerName + "/foreground"
	// BackgroundPropagationPolicyFinalizer is ResourcesFinalizerName with
	// background deletion.
	BackgroundPropagationPolicyFinalizer = ResourcesFinalizerName + "/background"
	// PreDeleteFinalizerName begins the finalizers that wait for PreDelete
	// hooks.
	PreDeleteFinalizerName = "pre-delete-finalizer.argocd.argoproj.io"
	// PostDeleteFinalizerName begins the finalizers that wait for PostDelete
	// hooks.
	PostDeleteFinalizerName = "post-delete-finalizer.argocd.argoproj.io"
)

// RefreshType is a value of AnnotationKeyRefresh.
type RefreshType string

const (
	// RefreshTypeNormal resolves revisions and compares again.
	RefreshTypeNormal RefreshType = "normal"
	// RefreshTypeHard also renders again what is cached.
	RefreshTypeHard RefreshType = "hard"
)

// HydrateType is a value of AnnotationKeyHydrate.
type HydrateType string

const (
	// HydrateTypeNormal hydrates if there is something new.
	HydrateTypeNormal HydrateType = "normal"
	// HydrateTypeHard hydrates in any case.
	HydrateTypeHard HydrateType = "hard"
)

// IsRefreshRequested returns the refresh that the Application's annotation asks
// for; any value that is not "hard" means a normal one.
func (a *Application) IsRefreshRequested() (RefreshType, bool) {
	value, ok := a.Annotations[AnnotationKeyRefresh]
	switch {
	case !ok:
		return "", false
	case value == string(RefreshTypeHard):
		return RefreshTypeHard, true
	default:
		return RefreshTypeNormal, true
	}
}

// CascadedDeletion reports whether deleting the Application deletes what it
// delivered.
func (a *Application) CascadedDeletion() bool {
	return slices.ContainsFunc(a.Finalizers, IsResourcesFinalizer)
}
