package agent_test

import (
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// rule gives the fleet's health rules, as the hub delivers them.
func (h *fakeHub) rule(rules map[string]string) {
	h.change(func(s *delivery.Set) { s.Settings = &deliveryv1.Settings{Cluster: "here", HealthRules: rules} })
}

// edit the value of a ConfigMap by hand.
func (s *site) edit(name, value string) {
	s.t.Helper()
	patch := fmt.Sprintf(`{"data":{"value":%q}}`, value)
	_, err := s.client.Resource(configMaps).Namespace(s.ns).Patch(s.t.Context(), name, types.MergePatchType, []byte(patch),
		metav1.PatchOptions{FieldManager: "kubectl-edit"})
	if err != nil {
		s.t.Fatal(err)
	}
}

// judged tells whether an Application has a health, for a reason, in both places.
func judged(code v1alpha1.HealthStatusCode, reason string) func(v1alpha1.ApplicationStatus) bool {
	return func(a v1alpha1.ApplicationStatus) bool {
		if len(a.Resources) == 0 || a.Resources[0].Health == nil {
			return false
		}
		one := a.Resources[0].Health
		return a.Health.Status == code && one.Status == code && strings.Contains(one.Message, reason) &&
			(code == v1alpha1.HealthStatusHealthy || strings.HasPrefix(a.Health.Message, "ConfigMap ") && strings.HasSuffix(a.Health.Message, one.Message))
	}
}

// A rule that is delivered judges kinds that have no health otherwise, follows
// their objects, and is followed itself when it changes and ends.
func TestRulesOfTheFleetJudge(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/config.yaml": configMap("web-config", "one")}))
	s.start()
	s.hub.put(s.bundle("web", nil, func(a *v1alpha1.Application) {
		a.Spec.SyncPolicy = full()
		no := false
		a.Spec.SyncPolicy.Automated.SelfHeal = &no
	}))
	if got := s.awaitHealthy("web"); got.Resources[0].Health != nil {
		t.Fatalf("a ConfigMap has health %+v without a rule", got.Resources[0].Health)
	}
	s.hub.rule(map[string]string{"ConfigMap": `
- {when: object.data.value == 'broken', status: Degraded, message: "'value is ' + object.data.value"}
- {when: object.data.value == 'one', status: Healthy, message: "'as it should be'"}`})
	s.awaitStatus("web", "judged by the rule", judged(v1alpha1.HealthStatusHealthy, "as it should be"))
	s.edit("web-config", "broken")
	s.awaitStatus("web", "degraded by the rule", judged(v1alpha1.HealthStatusDegraded, "value is broken"))

	s.hub.rule(map[string]string{"ConfigMap": "- {when: object.data.value == 'broken', status: Suspended, message: \"'parked'\"}"})
	s.awaitStatus("web", "judged by the changed rule", judged(v1alpha1.HealthStatusSuspended, "parked"))

	// A rule that does not compile is named, and the others hold.
	s.hub.rule(map[string]string{"ConfigMap": `
- {when: 1 +, status: Degraded}
- {when: object.data.value == 'one', status: Healthy}
- {when: object.data.value == 'broken', status: Degraded, message: "'still found'"}`})
	s.awaitStatus("web", "judged by the rule past a broken one", judged(v1alpha1.HealthStatusDegraded, "still found"))
	s.edit("web-config", "one")
	s.awaitStatus("web", "unknown, naming the broken rule", judged(v1alpha1.HealthStatusUnknown, "rule 1 before it does not compile"))

	s.hub.rule(nil)
	s.awaitStatus("web", "without health again", func(a v1alpha1.ApplicationStatus) bool {
		return a.Health.Status == v1alpha1.HealthStatusHealthy && a.Resources[0].Health == nil
	})
}

// The last rules known hold on, with the hub away, and over a restart.
func TestRulesHoldOffline(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/config.yaml": configMap("web-config", "one")}))
	s.hub.rule(map[string]string{"ConfigMap": "- {when: object.data.value == 'one', status: Healthy, message: \"'fine'\"}\n- {when: true, status: Degraded}"})
	s.start()
	no := false
	s.hub.put(s.bundle("web", &v1alpha1.SyncPolicy{Automated: &v1alpha1.SyncPolicyAutomated{SelfHeal: &no}}))
	s.awaitStatus("web", "judged", judged(v1alpha1.HealthStatusHealthy, "fine"))
	s.stop()
	// The hub that is back has not read the rules yet and says nothing of them.
	s.hub.change(func(set *delivery.Set) { set.Settings = nil })
	s.edit("web-config", "two")
	s.start()
	s.awaitStatus("web", "judged by the rules on disk", judged(v1alpha1.HealthStatusDegraded, "health rule 2 of ConfigMap"))
}

// An object that asks for it leaves its Application's health alone.
func TestIgnoredHealthDoesNotCount(t *testing.T) {
	asks := strings.Replace(configMap("web-config", "one"), "\ndata:", "\n  annotations: {argocd.argoproj.io/ignore-healthcheck: \"true\"}\ndata:", 1)
	s := newSite(t, files(map[string]string{"web/config.yaml": asks}))
	s.hub.rule(map[string]string{"ConfigMap": "- {when: true, status: Degraded, message: \"'down'\"}"})
	s.start()
	s.hub.put(s.bundle("web", full()))
	if got := s.awaitHealthy("web"); got.Resources[0].Health == nil || got.Resources[0].Health.Status != v1alpha1.HealthStatusDegraded {
		t.Errorf("the object itself is %+v", got.Resources[0])
	}
	s.commit(map[string]string{"web/config.yaml": configMap("web-config", "one")})
	s.hub.put(s.bundle("web", full()))
	s.awaitStatus("web", "degraded, now that it counts", judged(v1alpha1.HealthStatusDegraded, "down"))
}
