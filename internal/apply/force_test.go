package apply

import (
	"strings"
	"testing"
)

func fixed(value string, options string) string {
	s := configMap("fixed", value)
	if options != "" {
		s = configMap("fixed", value, syncOptions+options)
	}
	return s + "immutable: true\n"
}

// An object that cannot be changed is deleted and made anew.
func TestForceMakesImmutableObjectsAnew(t *testing.T) {
	s := newSite(t)
	s.sync(fixed("1", ""))
	uid := s.live("v1", "ConfigMap", "fixed").GetUID()
	wantText(t, s.mustFail(s.request(fixed("2", ""))).Message, "immutable")
	forced := fixed("2", "Force=true")
	wantText(t, s.compare(forced)["ConfigMap/fixed"].Message, "Force=true")
	s.sync(forced)
	live := s.live("v1", "ConfigMap", "fixed")
	if live.GetUID() == uid || live.Object["data"].(map[string]any)["key"] != "2" {
		t.Errorf("not made anew: %v", live.Object["data"])
	}
	if s.sync(forced); s.live("v1", "ConfigMap", "fixed").GetUID() != live.GetUID() {
		t.Error("made anew although nothing differs")
	}
}

// An object that the API server would not take costs the live one nothing.
func TestForceLeavesTheObjectWhenTheNewOneIsInvalid(t *testing.T) {
	s := newSite(t)
	s.sync(fixed("1", ""))
	uid := s.live("v1", "ConfigMap", "fixed").GetUID()
	bad := strings.Replace(fixed("2", "Force=true"), "  key:", "  \"not a key\":", 1)
	s.mustFail(s.request(bad))
	if live := s.live("v1", "ConfigMap", "fixed"); live == nil || live.GetUID() != uid {
		t.Errorf("the live object is %v", live)
	}
}

// Force=true,Replace=true runs a job on every sync, once per run; healing
// leaves it.
func TestForceWithReplaceRunsEverySync(t *testing.T) {
	s := newSite(t)
	manifests := job("name: migrate", syncOptions+"Force=true,Replace=true")
	run := func(name string, heal bool) string {
		t.Helper()
		req := s.request(manifests)
		req.Run, req.Healing = name, heal
		s.mustSync(req)
		return string(s.live("batch/v1", "Job", "migrate").GetUID())
	}
	first := run("one", false)
	if again := run("one", false); again != first {
		t.Error("made anew by another attempt of one run")
	}
	if healed := run("two", true); healed != first {
		t.Error("made anew by healing")
	}
	if next := run("three", false); next == first {
		t.Error("not made anew by the next run")
	}
	if item := s.compare(manifests)["Job/migrate"]; item.State != StateSynced {
		t.Errorf("compare: %s %s", item.State, item.Message)
	}
}
