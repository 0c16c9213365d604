package agent_test

import (
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestAWaveThatWaitsHoldsOnlyItself(t *testing.T) {
	stuck := strings.Replace(deployment("first", 1), "      containers:", "      nodeSelector: {no-such: node}\n      containers:", 1)
	wave := "  annotations:\n    argocd.argoproj.io/sync-wave: \"1\"\n"
	s := newSite(t, files(map[string]string{
		"web/a.yaml": stuck,
		"web/b.yaml": strings.Replace(configMap("second", "x"), "\ndata:", "\n"+wave+"data:", 1),
		"api/c.yaml": configMap("api", "1"),
	}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	s.hub.put(s.bundle("api", full()))
	s.awaitHealthy("api")
	got := s.awaitStatus("web", "waiting for its first wave", func(a v1alpha1.ApplicationStatus) bool {
		return a.OperationState != nil && a.OperationState.Phase == v1alpha1.OperationRunning && strings.Contains(a.OperationState.Message, "first")
	})
	if got.OperationState.RetryCount != 0 || s.get(configMaps, "second") != nil {
		t.Errorf("operation = %+v", got.OperationState)
	}
	// The wait ends by an event, well before any timer.
	s.await("the first wave's Deployment", patience, func() (bool, string) { return s.get(deployments, "first") != nil, "" })
	s.commit(map[string]string{"web/a.yaml": deployment("first", 1)})
	s.hub.put(s.bundle("web", full()))
	got = s.awaitHealthy("web")
	if s.get(configMaps, "second") == nil || len(got.History) != 1 {
		t.Errorf("history = %+v", got.History)
	}
}
