package status

import (
	"testing"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// The history holds as many entries as the spec keeps: 10, or none.
func TestHistoryKeepsItsLimit(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for limit, want := range map[int64]int{-1: 10, 0: 0, 1: 1, 3: 3, 20: 12} {
		spec := v1alpha1.ApplicationSpec{Sources: v1alpha1.ApplicationSources{{Path: "a"}, {Path: "b"}}}
		if limit >= 0 {
			spec.RevisionHistoryLimit = &limit
		}
		var h v1alpha1.RevisionHistories
		for i := range 12 {
			began := at.Add(time.Duration(i) * time.Minute)
			h = History(h, Synced{Spec: spec, Revisions: []string{"r1", "r2"}, StartedAt: began, FinishedAt: began.Add(time.Second),
				InitiatedBy: v1alpha1.OperationInitiator{Username: "ann"}})
		}
		if len(h) != want {
			t.Errorf("limit %d: %d entries, want %d", limit, len(h), want)
		}
		if want == 0 {
			continue
		}
		last := h[len(h)-1]
		if last.ID != 11 || len(last.Sources) != 2 || last.Revisions[1] != "r2" || last.InitiatedBy.Username != "ann" ||
			!last.DeployStartedAt.Time.Equal(at.Add(11*time.Minute)) || !last.DeployedAt.Time.Equal(at.Add(11*time.Minute+time.Second)) {
			t.Errorf("limit %d: last entry %+v", limit, last)
		}
	}
}
