package apply

import "testing"

func TestFailOnSharedResource(t *testing.T) {
	s := newSite(t)
	s.other("first").sync(configMap("ours", "1"))
	s.put(configMap("argo", "1", "argocd.argoproj.io/tracking-id: billing:/ConfigMap:ns/argo"))
	s.put(configMap("same", "1", "argocd.argoproj.io/tracking-id: "+s.key.Name+":/ConfigMap:ns/same"))
	req := s.request(docs(configMap("free", "1"), configMap("ours", "1"), configMap("argo", "1"), configMap("same", "1")))
	req.Manifests = req.Manifests.With(Settings{FailOnSharedResource: true})
	res := s.mustFail(req)
	wantText(t, res.Message, "ours", "first", "argo", "billing", "FailOnSharedResource")
	if len(res.Items) != 2 || s.live("v1", "ConfigMap", "free") != nil {
		t.Errorf("results %v, want nothing applied", summary(res.Items))
	}
	req = s.request(docs(configMap("free", "1"), configMap("same", "1")))
	req.Manifests = req.Manifests.With(Settings{FailOnSharedResource: true})
	s.mustSync(req)
}
