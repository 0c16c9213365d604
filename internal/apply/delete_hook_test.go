package apply

import (
	"strings"
	"testing"
	"time"
)

const policyKey = "argocd.argoproj.io/hook-delete-policy: "

func TestDeleteHooksRunAroundTheDeletion(t *testing.T) {
	s := newSite(t)
	manifests := docs(
		configMap("settings", "1"),
		job("name: farewell", hookKey+"PreDelete"),
		job("name: mourn", hookKey+"PostDelete", policyKey+"HookSucceeded"),
		job("name: grave", "helm.sh/hook: post-delete"),
	)
	s.sync(manifests)
	if s.live("batch/v1", "Job", "farewell") != nil {
		t.Fatal("a sync ran the PreDelete hook")
	}
	s.requests.take()
	left, err := s.engine.Delete(s.ctx, s.key, s.inventory, DeleteOptions{Manifests: s.prepare(manifests)})
	if err != nil || len(left) != 0 {
		t.Fatalf("delete: %v, left %v", err, left)
	}
	var order []string
	for _, r := range s.requests.take() {
		for _, step := range []string{"PATCH farewell", "DELETE settings", "PATCH mourn", "DELETE farewell"} {
			verb, name, _ := strings.Cut(step, " ")
			if strings.HasPrefix(r, verb+" ") && strings.HasSuffix(r, "/"+name) {
				order = append(order, step)
			}
		}
	}
	if got := strings.Join(order, ", "); got != "PATCH farewell, DELETE settings, PATCH mourn, DELETE farewell" {
		t.Errorf("order: %s", got)
	}
	for name, want := range map[string]bool{"farewell": false, "mourn": false, "grave": true} {
		live := s.live("batch/v1", "Job", name)
		if (live != nil) != want {
			t.Errorf("job %s is there: %v, want %v", name, live != nil, want)
		}
		if live != nil && OwnerOf(live) != "" {
			t.Errorf("job %s is kept by its policy, and still marked", name)
		}
	}
}

// A PreDelete hook that has not ended keeps everything; the next attempt waits
// for the same one.
func TestPreDeleteHookHoldsTheDeletion(t *testing.T) {
	s := newSite(t)
	stuck := strings.Replace(job("name: farewell", hookKey+"PreDelete"), "restartPolicy", "nodeSelector: {no: such-node}\n      restartPolicy", 1)
	manifests := docs(configMap("settings", "1"), stuck)
	s.sync(manifests)
	attempt := func() string {
		t.Helper()
		left, err := s.engine.Delete(s.ctx, s.key, s.inventory, DeleteOptions{Manifests: s.prepare(manifests), Timeout: 300 * time.Millisecond})
		if err == nil || !left.Has(RefOf(s.live("v1", "ConfigMap", "settings"))) {
			t.Fatalf("delete: %v, left %v", err, left)
		}
		wantText(t, err.Error(), "PreDelete hook", "farewell")
		s.inventory = left
		return string(s.live("batch/v1", "Job", "farewell").GetUID())
	}
	if first := attempt(); attempt() != first {
		t.Error("the hook was made anew by the second attempt")
	}
	// Without its manifests the deletion takes the hook along.
	if left, err := s.engine.Delete(s.ctx, s.key, s.inventory, DeleteOptions{}); err != nil || len(left) != 0 {
		t.Errorf("delete: %v, left %v", err, left)
	}
}
