package applicationset

import (
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestResourcesComeWorstFirstAndBounded(t *testing.T) {
	var apps []v1alpha1.Application
	for i := range 1500 {
		app := *anApplication(string(rune('a'+i%26)) + strings.Repeat("x", i%7))
		app.Status.Sync.Status, app.Status.Health.Status = v1alpha1.SyncStatusCodeSynced, v1alpha1.HealthStatusHealthy
		apps = append(apps, app)
	}
	apps[1400].Status.Health.Status = v1alpha1.HealthStatusDegraded
	apps[1401].Status.Sync.Status = v1alpha1.SyncStatusCodeOutOfSync
	got := resourcesOf(apps)
	if len(got) != maxResources || got[0].Health.Status != v1alpha1.HealthStatusDegraded || got[1].Status != v1alpha1.SyncStatusCodeOutOfSync {
		t.Errorf("%d resources, first %+v, %+v", len(got), got[0], got[1])
	}
}
