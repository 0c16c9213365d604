package apply

import (
	"errors"
	"testing"
)

// noConfigMap permits everything else, and no cluster-scoped kind.
func noConfigMap(name string) Permit {
	return func(ref Ref, namespaced bool) error {
		if !namespaced || ref.Kind == "ConfigMap" && ref.Name == name {
			return errors.New(ref.Kind + " " + ref.Name + " is not permitted")
		}
		return nil
	}
}

func TestWhatIsNotPermittedFailsTheSyncBeforeItBegins(t *testing.T) {
	s := newSite(t)
	both := docs(configMap("fine", "1"), configMap("bad", "1"))
	req := s.request(both)
	req.Manifests = req.Manifests.Permit(noConfigMap("bad"))
	res := s.mustFail(req)
	wantText(t, res.Message, "one or more synchronization tasks are not valid", "ConfigMap bad is not permitted")
	if s.live("v1", "ConfigMap", "fine") != nil || len(res.Items) != 1 || len(s.saves) != 0 {
		t.Errorf("results %v, %d inventories saved; want nothing done", summary(res.Items), len(s.saves))
	}
	items, err := s.engine.Compare(s.ctx, req.Manifests, s.inventory, Known{})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		if (item.Name == "bad") != (item.Reason == ReasonNotPermitted) {
			t.Errorf("%s: %s", item.Name, item.Reason)
		}
	}
	if len(items) != 2 || len(req.Manifests.Refused()) != 1 || !req.Manifests.Inventory().Has(Ref{Version: "v1", Kind: "ConfigMap", Namespace: s.namespace, Name: "bad"}) {
		t.Errorf("items %v, refused %v", items, req.Manifests.Refused())
	}

	// A selection without it is not concerned.
	req.Only = []Ref{{Version: "v1", Kind: "ConfigMap", Namespace: s.namespace, Name: "fine"}}
	s.mustSync(req)
	if s.live("v1", "ConfigMap", "fine") == nil {
		t.Error("the selected object was not applied")
	}
}

func TestAHookThatIsNotPermittedFailsTheSync(t *testing.T) {
	s := newSite(t)
	req := s.request(docs(configMap("fine", "1"), configMap("hook", "1", "argocd.argoproj.io/hook: PreSync,PostSync")))
	req.Manifests = req.Manifests.Permit(noConfigMap("hook"))
	res := s.mustFail(req)
	if len(res.Items) != 1 || s.live("v1", "ConfigMap", "fine") != nil {
		t.Errorf("results %v, want the hook alone", summary(res.Items))
	}
	req.SkipHooks = true
	s.mustSync(req)
}

func TestCreateNamespaceNeedsThePermission(t *testing.T) {
	s := newSite(t)
	s.namespace += "-new"
	req := s.request(configMap("fine", "1"))
	req.Manifests, req.CreateNamespace = req.Manifests.Permit(noConfigMap("")), true
	wantText(t, s.mustFail(req).Message, "Namespace "+s.namespace+" is not permitted")
}
