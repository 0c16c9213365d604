package status

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// maxBytes of a status as JSON: what a report may carry is 256 KiB.
const maxBytes = 240 << 10

// Trim keeps a status below the limit of a report: of resources and results
// the worst stay, then the newest of the history.
func Trim(s v1alpha1.ApplicationStatus) v1alpha1.ApplicationStatus {
	if size(s) <= maxBytes {
		return s
	}
	s.Resources = slices.Clone(s.Resources)
	slices.SortStableFunc(s.Resources, func(a, b v1alpha1.ResourceStatus) int { return cmp.Compare(badness(b), badness(a)) })
	if o := s.OperationState; o != nil && o.SyncResult != nil {
		copied, result := *o, *o.SyncResult
		result.Resources = slices.Clone(result.Resources)
		slices.SortStableFunc(result.Resources, func(a, b *v1alpha1.ResourceResult) int {
			return cmp.Compare(failures(b), failures(a))
		})
		copied.SyncResult = &result
		s.OperationState = &copied
	}
	for size(s) > maxBytes && shrink(&s) {
	}
	return s
}

func size(s v1alpha1.ApplicationStatus) int {
	raw, err := json.Marshal(s)
	if err != nil {
		return 0 // not possible for these types
	}
	return len(raw)
}

// shrink drops a tenth of the longest list; false when there is nothing left.
func shrink(s *v1alpha1.ApplicationStatus) bool {
	results := 0
	if s.OperationState != nil && s.OperationState.SyncResult != nil {
		results = len(s.OperationState.SyncResult.Resources)
	}
	keep := func(n int) int { return n - max(1, n/10) }
	switch n := max(results, len(s.Resources), len(s.Summary.Images)); {
	case n == 0 && len(s.History) > 1:
		s.History = s.History[1:]
	case n == 0:
		return false
	case n == results:
		s.OperationState.SyncResult.Resources = s.OperationState.SyncResult.Resources[:keep(n)]
	case n == len(s.Resources):
		s.Resources = s.Resources[:keep(n)]
	default:
		s.Summary.Images = s.Summary.Images[:keep(n)]
	}
	return true
}

// badness of a resource: what is out of sync or unhealthy is worth showing.
func badness(r v1alpha1.ResourceStatus) int {
	bad := 0
	if r.Status != v1alpha1.SyncStatusCodeSynced {
		bad += 2
	}
	if r.Health != nil && r.Health.Status != v1alpha1.HealthStatusHealthy {
		bad++
	}
	if r.Health != nil && r.Health.Status == v1alpha1.HealthStatusDegraded {
		bad += 2
	}
	return bad
}

func failures(r *v1alpha1.ResourceResult) int {
	if r.Status == v1alpha1.ResultCodeSyncFailed {
		return 1
	}
	return 0
}
