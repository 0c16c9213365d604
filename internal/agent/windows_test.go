package agent_test

import (
	"strings"
	"testing"
	"time"

	"k8s.io/utils/clock"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent"
)

// shifted is a clock that runs as the real one does, from another time.
type shifted struct {
	clock.RealClock
	by time.Duration
}

func (c shifted) Now() time.Time                  { return c.RealClock.Now().Add(c.by) }
func (c shifted) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

// startAt starts the agent when it is so late for it.
func (s *site) startAt(at time.Time) {
	s.options = func(o *agent.Options) { o.Clock = shifted{by: time.Until(at)} }
	s.start()
}

// noon is allowed for an hour, every day, and opens ten seconds after just
// before noon.
var justBeforeNoon = time.Date(2026, 3, 1, 11, 59, 50, 0, time.UTC)

func noon(manual bool) func(*v1alpha1.AppProjectSpec) {
	return func(p *v1alpha1.AppProjectSpec) {
		p.SyncWindows = v1alpha1.SyncWindows{{Kind: "allow", Schedule: "0 13 * * *", TimeZone: "Europe/Paris", Duration: "1h",
			Applications: []string{"w*"}, ManualSync: manual}}
	}
}

func TestAClosedWindowHoldsAutomatedSyncUntilItOpens(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/c.yaml": configMap("web-config", "one"), "other/c.yaml": configMap("other-config", "one")}))
	s.startAt(justBeforeNoon)
	s.hub.put(s.under("web", full(), noon(false)))
	s.hub.put(s.under("other", full(), noon(false))) // the window is not for it
	s.awaitStatus("web", "waiting for the window", func(a v1alpha1.ApplicationStatus) bool {
		m := condition(a, v1alpha1.ApplicationConditionSyncWaitsForWindow)
		return strings.Contains(m, "syncWindows[0] (allow 0 13 * * * Europe/Paris for 1h); until 2026-03-01T12:00:00Z") && a.Sync.Status == v1alpha1.SyncStatusCodeOutOfSync
	})
	if s.get(configMaps, "web-config") != nil {
		t.Fatal("synced while the window was closed")
	}
	s.awaitHealthy("other")
	s.awaitHealthy("web") // nothing but the clock tells it
}

func TestAClosedWindowHoldsHealing(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/c.yaml": configMap("web-config", "one")}))
	s.startAt(justBeforeNoon)
	s.hub.put(s.under("web", full(), as))
	s.awaitHealthy("web")
	s.hub.put(s.under("web", full(), func(p *v1alpha1.AppProjectSpec) {
		p.SyncWindows = v1alpha1.SyncWindows{{Kind: "deny", Schedule: "0 0 * * *", Duration: "24h", Namespaces: []string{s.ns}}}
	}))
	time.Sleep(300 * time.Millisecond)
	s.patch("web-config", `{"data":{"value":"by hand"}}`)
	s.awaitStatus("web", "drifted and held", func(a v1alpha1.ApplicationStatus) bool {
		return strings.Contains(condition(a, v1alpha1.ApplicationConditionSyncWaitsForWindow), "denied by open sync windows: syncWindows[0]")
	})
	s.hub.put(s.under("web", full(), as))
	s.awaitHealthy("web")
}

func TestManualSyncInAClosedWindow(t *testing.T) {
	for name, manual := range map[string]bool{"allowed": true, "not allowed": false} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, files(map[string]string{"web/c.yaml": configMap("web-config", "one")}))
			s.startAt(justBeforeNoon.Add(-time.Hour))
			s.hub.put(s.under("web", nil, noon(manual), func(a *v1alpha1.Application) {
				a.Operation = &v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{}, InitiatedBy: v1alpha1.OperationInitiator{Username: "ann"}}
			}))
			if manual {
				s.awaitHealthy("web")
				return
			}
			got := s.awaitStatus("web", "held", func(a v1alpha1.ApplicationStatus) bool {
				return a.OperationState != nil && strings.HasPrefix(a.OperationState.Message, "Sync operation blocked by sync window")
			})
			if got.OperationState.Phase != v1alpha1.OperationRunning || s.get(configMaps, "web-config") != nil {
				t.Errorf("operation %+v", got.OperationState)
			}
		})
	}
}
