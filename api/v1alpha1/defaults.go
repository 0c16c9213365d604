package v1alpha1

import "time"

// What an absent field means.
const (
	// DefaultAppProjectName is the project of an Application that names none.
	DefaultAppProjectName = "default"
	// RevisionHistoryLimit is how many entries status.history keeps when
	// spec.revisionHistoryLimit is nil.
	RevisionHistoryLimit = 10

	// DefaultSyncRetryDuration is the wait before the first retry.
	DefaultSyncRetryDuration = 5 * time.Second
	// DefaultSyncRetryMaxDuration is the longest wait between two retries.
	DefaultSyncRetryMaxDuration = 3 * time.Minute
	// DefaultSyncRetryFactor multiplies the wait after each retry.
	DefaultSyncRetryFactor int64 = 2
)

// The cluster that the hub itself runs on.
const (
	// KubernetesInClusterName is its name.
	KubernetesInClusterName = "in-cluster"
	// KubernetesInternalAPIServerAddr is its server address.
	KubernetesInternalAPIServerAddr = "https://kubernetes.default.svc"
)
