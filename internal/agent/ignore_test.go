package agent_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// What the Application ignores is not drift; what it does not ignore is healed,
// and an option that has no effect is named.
func TestIgnoredDifferencesAreNoDrift(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/deployment.yaml": deployment("web", 2),
		"web/config.yaml":     configMap("web-config", "one"),
	}))
	s.start()
	s.hub.put(s.bundle("web", full(), func(app *v1alpha1.Application) {
		app.Spec.IgnoreDifferences = v1alpha1.IgnoreDifferences{{Group: "apps", Kind: "Deployment", JSONPointers: []string{"/spec/replicas"}}}
		app.Spec.SyncPolicy.SyncOptions = append(app.Spec.SyncPolicy.SyncOptions, "PrunLast=true")
	}))
	synced := func(a v1alpha1.ApplicationStatus) bool {
		return a.Sync.Status == v1alpha1.SyncStatusCodeSynced && a.Health.Status == v1alpha1.HealthStatusHealthy
	}
	status := s.awaitStatus("web", "synced", synced)
	if !slices.ContainsFunc(status.Conditions, func(c v1alpha1.ApplicationCondition) bool { return strings.Contains(c.Message, `"PrunLast=true"`) }) {
		t.Errorf("nobody is told of the misspelt option: %+v", status.Conditions)
	}
	s.scale("web", 5)
	// The next drift is healed, and the one before it was left alone.
	s.patch("web-config", `{"data":{"value":"two"}}`)
	s.await("the ConfigMap to be healed", healLimit, func() (bool, string) {
		value, _ := s.get(configMaps, "web-config").Object["data"].(map[string]any)["value"].(string)
		return value == "one", value
	})
	if n := replicas(s.get(deployments, "web")); n != 5 {
		t.Errorf("%d replicas: what is ignored was healed", n)
	}
	s.awaitStatus("web", "synced", synced)
}
