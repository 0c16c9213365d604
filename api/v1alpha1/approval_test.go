package v1alpha1

import (
	"testing"
	"time"
)

func TestApprovedSince(t *testing.T) {
	since := time.Date(2026, 3, 1, 12, 0, 0, 500, time.UTC)
	for value, want := range map[string]bool{
		"": false, "true": false, "2026-03-01T11:59:59Z": false,
		"2026-03-01T12:00:00Z": true, "2026-03-01T13:00:00+01:00": true, "2026-03-02T00:00:00Z": true,
	} {
		if got := ApprovedSince(map[string]string{AnnotationDeletionApproved: value}, since); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}
