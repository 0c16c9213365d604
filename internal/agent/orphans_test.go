package agent_test

import (
	"context"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestOrphanedResourcesAreCountedWhereTheProjectAsks(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/c.yaml": configMap("web-config", "one"), "quiet/c.yaml": configMap("quiet-config", "one")}))
	for _, text := range []string{configMap("lost", "x"), configMap("known-1", "x")} {
		s.create(configMaps, text)
	}
	s.create(serviceAccounts, account("lost"))
	yes := true
	s.start()
	s.hub.put(s.under("web", full(), func(p *v1alpha1.AppProjectSpec) {
		p.NamespaceResourceBlacklist = []metav1.GroupKind{{Kind: "ServiceAccount"}}
		p.OrphanedResources = &v1alpha1.OrphanedResourcesMonitorSettings{Warn: &yes, Ignore: []v1alpha1.OrphanedResourceKey{{Kind: "ConfigMap", Name: "known-*"}}}
	}))
	s.hub.put(s.under("quiet", full(), as))
	s.awaitHealthy("quiet")
	s.awaitStatus("web", "warned of what is lost, and of nothing else", func(a v1alpha1.ApplicationStatus) bool {
		m := condition(a, v1alpha1.ApplicationConditionOrphanedResourceWarning)
		return strings.HasPrefix(m, "Application has 1 orphaned resources") && strings.Contains(m, ": ConfigMap lost;") &&
			a.Sync.Status == v1alpha1.SyncStatusCodeSynced
	})
	// One look is enough for ten minutes.
	s.requests.take()
	s.create(configMaps, configMap("another", "x"))
	time.Sleep(time.Second)
	for _, req := range s.requests.take() {
		if strings.HasPrefix(req, "GET ") && strings.HasSuffix(req, "/configmaps") {
			t.Errorf("looked again: %s", req)
		}
	}
	// Nobody asks any more.
	s.hub.put(s.under("web", full(), as))
	s.awaitHealthy("web")
	_ = s.client.Resource(configMaps).Namespace(s.ns).Delete(context.Background(), "lost", metav1.DeleteOptions{})
}
