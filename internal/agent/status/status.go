package status

import (
	"cmp"
	"reflect"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
)

// Input is everything a status depends on.
type Input struct {
	Now  time.Time
	Spec v1alpha1.ApplicationSpec
	// Namespace and Name of the Application.
	Namespace, Name string
	// Previous status: times are kept where nothing changed.
	Previous v1alpha1.ApplicationStatus
	// Revisions compared with, one per source; empty before the first render.
	Revisions []string
	// SourceTypes, one per source.
	SourceTypes []v1alpha1.ApplicationSourceType
	// Images that the objects name, sorted.
	Images []string
	// URLs under which the objects can be reached, sorted.
	URLs []string
	// Items of the last comparison; nil if none could be made.
	Items []apply.Item
	// Starting: the operation under way has only begun; its message says what
	// is out of sync.
	Starting bool
	// Operation under way, or the last one.
	Operation *v1alpha1.OperationState
	// History of syncs.
	History v1alpha1.RevisionHistories
	// ComparisonError: why the present target cannot be compared with; Items
	// then are of the last good one.
	ComparisonError string
	// SyncError of the automated sync.
	SyncError string
	// Warnings about what renders and has no effect, or another one each time.
	Warnings []string
	// InvalidSpec: what the project forbids. It explains ComparisonError, and is
	// said instead of it.
	InvalidSpec string
	// Window: which sync window is in the way.
	Window string
	// Strays: objects that belong to no Application.
	Strays string
	// Orphaned: no longer in the hub's set.
	Orphaned bool
}

// Of assembles the status, below the limit of a report.
func Of(in Input) v1alpha1.ApplicationStatus {
	s := v1alpha1.ApplicationStatus{
		Resources:      resources(in.Items),
		Sync:           syncStatus(in),
		Health:         appHealth(in),
		History:        in.History,
		Conditions:     conditions(in),
		OperationState: in.Operation,
		ReconciledAt:   in.Previous.ReconciledAt,
		Summary: v1alpha1.ApplicationSummary{
			Images: in.Images, ExternalURLs: in.URLs, IsAppOfApps: holdsApplications(in.Items),
		},
	}
	if in.Spec.HasMultipleSources() {
		s.SourceTypes = in.SourceTypes
	} else if len(in.SourceTypes) > 0 {
		s.SourceType = in.SourceTypes[0]
	}
	s = Trim(s)
	if s.ReconciledAt == nil || !reflect.DeepEqual(s, in.Previous) {
		s.ReconciledAt = at(in.Now)
	}
	return s
}

// at is a time as it survives JSON: whole seconds, UTC.
func at(t time.Time) *metav1.Time {
	seconds := metav1.NewTime(t.UTC().Truncate(time.Second))
	return &seconds
}

// At is the time of the API: whole seconds.
func At(t time.Time) metav1.Time { return *at(t) }

func resources(items []apply.Item) []v1alpha1.ResourceStatus {
	var out []v1alpha1.ResourceStatus
	for _, item := range items {
		code := v1alpha1.SyncStatusCode(item.State)
		if item.Reason == apply.ReasonNotPermitted { // as in Argo CD
			code = v1alpha1.SyncStatusCodeUnknown
		}
		r := v1alpha1.ResourceStatus{
			Group: item.Group, Version: item.Version, Kind: item.Kind, Namespace: item.Namespace, Name: item.Name,
			Status:          code,
			RequiresPruning: item.Reason == apply.ReasonPrune,
			SyncWave:        int64(item.Wave),
		}
		if item.Health.Status != "" {
			r.Health = &v1alpha1.HealthStatus{Status: item.Health.Status, Message: item.Health.Message}
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b v1alpha1.ResourceStatus) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func syncStatus(in Input) v1alpha1.SyncStatus {
	s := v1alpha1.SyncStatus{Status: syncCode(in)}
	s.ComparedTo = v1alpha1.ComparedTo{Destination: in.Spec.Destination, IgnoreDifferences: in.Spec.IgnoreDifferences}
	if in.Spec.HasMultipleSources() {
		s.ComparedTo.Sources, s.Revisions = in.Spec.GetSources(), in.Revisions
		return s
	}
	s.ComparedTo.Source = in.Spec.GetSource()
	if len(in.Revisions) > 0 {
		s.Revision = in.Revisions[0]
	}
	return s
}

// syncCode: one object out of sync makes the whole so; what could not be
// compared makes it unknown only if nothing is known to differ.
func syncCode(in Input) v1alpha1.SyncStatusCode {
	if in.ComparisonError != "" || in.Items == nil {
		return v1alpha1.SyncStatusCodeUnknown
	}
	code := v1alpha1.SyncStatusCodeSynced
	for _, item := range in.Items {
		switch {
		case item.Tolerated():
		case item.State == apply.StateOutOfSync:
			return v1alpha1.SyncStatusCodeOutOfSync
		case item.State == apply.StateUnknown:
			code = v1alpha1.SyncStatusCodeUnknown
		}
	}
	return code
}

func holdsApplications(items []apply.Item) bool {
	return slices.ContainsFunc(items, func(i apply.Item) bool { return i.Group == "argoproj.io" && i.Kind == "Application" })
}
