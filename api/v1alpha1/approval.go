package v1alpha1

import "time"

// ApprovedSince tells whether a person has approved deletions, by
// AnnotationDeletionApproved among these annotations, at that time or later.
// Kubernetes writes times in whole seconds, so the second counts whole.
func ApprovedSince(annotations map[string]string, since time.Time) bool {
	at, err := time.Parse(time.RFC3339, annotations[AnnotationDeletionApproved])
	return err == nil && !at.Before(since.Truncate(time.Second))
}
