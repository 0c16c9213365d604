package apply

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestPrunePropagationOrphan(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("keep", "1"), deployment("api", 1)))
	sets := func() int {
		t.Helper()
		kind, err := s.engine.kinds.Lookup(s.ctx, Ref{Group: "apps", Version: "v1", Kind: "ReplicaSet"}.GroupVersionKind())
		if err != nil {
			t.Fatal(err)
		}
		list, err := s.engine.client.Resource(kind.Resource).Namespace(s.namespace).List(s.ctx, metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return len(list.Items)
	}
	s.until("a replica set", func() bool { return sets() == 1 })
	req := s.request(configMap("keep", "1"))
	settings, _ := ParseSettings([]string{"PrunePropagationPolicy=orphan"})
	req.Manifests = req.Manifests.With(settings)
	s.mustSync(req)
	if s.live("apps/v1", "Deployment", "api") != nil || sets() != 1 {
		t.Errorf("deployment there: %v, replica sets: %d", s.live("apps/v1", "Deployment", "api") != nil, sets())
	}
}
