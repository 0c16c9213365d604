package agent_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

const starting = "- {when: object.data.value == 'starting', status: Progressing, message: \"'it starts'\"}\n" +
	"- {when: object.data.value == 'parked', status: Suspended, message: \"'it is parked'\"}\n- {when: true, status: Healthy}"

// An object that is Progressing or Suspended for longer than its limit is
// Degraded, without any event, also when the agent was away in between.
func TestHealthExpires(t *testing.T) {
	for _, c := range []struct{ value, timeouts, waits string }{
		{"starting", "ConfigMap: 1h", "it starts"},
		{"parked", "default: {suspended: 1h}", "it is parked"},
	} {
		t.Run(c.value, func(t *testing.T) {
			s := newSite(t, files(map[string]string{"web/config.yaml": configMap("web-config", c.value)}))
			clock := newLeaper(t)
			s.clock = clock
			s.hub.rule(map[string]string{"ConfigMap": starting, "timeouts": c.timeouts})
			s.start()
			s.hub.put(s.bundle("web", full()))
			waits := func(a v1alpha1.ApplicationStatus) bool {
				return a.Sync.Status == v1alpha1.SyncStatusCodeSynced && strings.HasSuffix(a.Health.Message, ": "+c.waits)
			}
			before := s.awaitStatus("web", "waiting", waits)
			since := before.Health.LastTransitionTime
			clock.Step(50 * time.Minute)
			s.stop()
			_, last := s.hub.status(t, "web")
			s.start()
			s.await("a report after the restart", patience, func() (bool, string) {
				_, report := s.hub.status(t, "web")
				return report != last, ""
			})
			if a, _ := s.hub.status(t, "web"); !waits(a) || !a.Health.LastTransitionTime.Equal(since) {
				t.Fatalf("before its limit: %+v, since %s", a.Health, since)
			}
			s.requests.take()
			clock.Step(11 * time.Minute) // no more than the limit since the first sight of it
			got := s.awaitStatus("web", "degraded", func(a v1alpha1.ApplicationStatus) bool {
				return a.Health.Status == v1alpha1.HealthStatusDegraded
			})
			one := got.Resources[0].Health
			if one.Status != v1alpha1.HealthStatusDegraded || !strings.Contains(one.Message, "for longer than its limit of 1h0m0s: "+c.waits) {
				t.Errorf("resource is %+v", one)
			}
			if at := since.UTC().Format("2006-01-02T15:04"); !strings.Contains(one.Message, " since "+at) {
				t.Errorf("%q does not say since %s", one.Message, at)
			}
			if want := got.Health.LastTransitionTime.Sub(since.Time); want < time.Hour {
				t.Errorf("degraded %s after it began to wait", want)
			}
			for _, req := range s.requests.take() {
				if strings.Contains(req, "web-config") {
					t.Errorf("to expire cost a request: %s", req)
				}
			}

			// Another spec begins anew, and what is Healthy no longer counts.
			s.commit(map[string]string{"web/config.yaml": configMap("web-config", "ready")})
			s.hub.put(s.bundle("web", full()))
			s.awaitHealthy("web")
		})
	}
}

// A wave is waited for by the fleet's rules, and no longer than the limits of
// its objects.
func TestAWaveExpires(t *testing.T) {
	wave := "  annotations:\n    argocd.argoproj.io/sync-wave: \"1\"\n"
	s := newSite(t, files(map[string]string{
		"web/a.yaml": configMap("first", "starting"),
		"web/b.yaml": strings.Replace(configMap("second", "x"), "\ndata:", "\n"+wave+"data:", 1),
	}))
	clock := newLeaper(t)
	s.clock = clock
	s.hub.rule(map[string]string{"ConfigMap": starting, "timeouts": "default: 1h"})
	s.start()
	s.hub.put(s.bundle("web", &v1alpha1.SyncPolicy{Automated: &v1alpha1.SyncPolicyAutomated{}}))
	s.awaitStatus("web", "waiting for the first wave", func(a v1alpha1.ApplicationStatus) bool {
		return a.OperationState != nil && a.OperationState.Phase == v1alpha1.OperationRunning &&
			strings.Contains(a.OperationState.Message, "first is Progressing")
	})
	clock.Step(61 * time.Minute)
	s.awaitStatus("web", "failed for the wave", func(a v1alpha1.ApplicationStatus) bool {
		m := a.OperationState.Message
		return strings.Contains(m, "first is Degraded: Progressing since") && strings.Contains(m, "limit of 1h0m0s")
	})
	if s.get(configMaps, "second") != nil {
		t.Error("the second wave was applied after the first expired")
	}
	s.commit(map[string]string{"web/a.yaml": configMap("first", "ready")})
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	if s.get(configMaps, "second") == nil {
		t.Error("the second wave was not applied once the first was healthy")
	}
}
