package apply

import "testing"

// Replace=true takes away what others have added, and wins over server-side
// apply; a field that leaves the manifests still shows as a difference.
func TestReplace(t *testing.T) {
	s := newSite(t)
	option := syncOptions + "Replace=true,ServerSideApply=true"
	s.sync(configMap("a", "1", option))
	uid := s.live("v1", "ConfigMap", "a").GetUID()
	s.put("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {added: x}\n")
	s.sync(configMap("a", "2", option) + "  more: z\n")
	live := s.live("v1", "ConfigMap", "a")
	if data := live.Object["data"].(map[string]any); len(data) != 2 || data["key"] != "2" || data["more"] != "z" {
		t.Errorf("data %v, want key and more alone", data)
	}
	if live.GetUID() != uid {
		t.Error("the object was made anew")
	}
	if item := s.compare(configMap("a", "2", option))["ConfigMap/a"]; item.State != StateOutOfSync || len(item.Fields) != 1 {
		t.Errorf("a field left: %s %v", item.State, item.Fields)
	}
	if item := s.compare(configMap("a", "2", option) + "  more: z\n")["ConfigMap/a"]; item.State != StateSynced {
		t.Errorf("just replaced: %s %s", item.State, item.Message)
	}
}

func TestReplaceDryRunChangesNothing(t *testing.T) {
	s := newSite(t)
	s.sync(configMap("a", "1"))
	before := s.live("v1", "ConfigMap", "a").GetResourceVersion()
	req := s.request(configMap("a", "2"))
	req.Manifests, req.DryRun = req.Manifests.With(Settings{Replace: true}), true
	s.mustSync(req)
	if s.live("v1", "ConfigMap", "a").GetResourceVersion() != before {
		t.Error("a dry run changed the object")
	}
}
