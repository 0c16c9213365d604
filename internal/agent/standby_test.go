package agent_test

import (
	"testing"
	"time"
)

func TestOnlyOneAgentActs(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/config.yaml": configMap("web-config", "one")}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")

	second := *s
	second.dir, second.hub, second.requests = t.TempDir(), newFakeHub(s.hub.fleet), &counter{}
	second.start()
	second.hub.put(s.bundle("web", full()))
	s.await("the second agent to be ready", patience, func() (bool, string) { return second.agent.Ready() == nil, "" })
	time.Sleep(2 * time.Second)
	if reports, _ := second.hub.told(); reports != 0 || second.agent.Connected() {
		t.Error("a second agent acts beside the first")
	}

	// The first one goes in order: the second takes over within its retry.
	s.stop()
	second.awaitHealthy("web")
	second.remove(configMaps, "web-config")
	second.await("drift to be healed by the second agent", healLimit, func() (bool, string) { return s.get(configMaps, "web-config") != nil, "" })
}
