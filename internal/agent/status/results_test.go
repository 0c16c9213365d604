package status

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
)

func TestResultsTellPhaseAndHook(t *testing.T) {
	item := func(hook v1alpha1.HookType, outcome apply.Outcome, health v1alpha1.HealthStatusCode) apply.ItemResult {
		return apply.ItemResult{Hook: hook, Outcome: outcome, Health: v1alpha1.HealthStatus{Status: health}}
	}
	for _, c := range []struct {
		in   apply.ItemResult
		want string
	}{
		{item("", apply.Synced, ""), "Sync  Succeeded"},
		{item("", apply.Synced, v1alpha1.HealthStatusProgressing), "Sync  Running"},
		{item("", apply.Synced, v1alpha1.HealthStatusDegraded), "Sync  Failed"},
		{item("", apply.SyncFailed, ""), "Sync  Failed"},
		{item("", apply.Pruned, v1alpha1.HealthStatusProgressing), "Sync  Succeeded"},
		{item("", apply.PruneSkipped, v1alpha1.HealthStatusDegraded), "Sync  Succeeded"},
		{item(v1alpha1.HookTypePreSync, apply.Synced, v1alpha1.HealthStatusHealthy), "PreSync PreSync Succeeded"},
		{item(v1alpha1.HookTypePostSync, apply.Synced, v1alpha1.HealthStatusProgressing), "PostSync PostSync Running"},
		{item(v1alpha1.HookTypeSyncFail, apply.Synced, v1alpha1.HealthStatusDegraded), "SyncFail SyncFail Failed"},
		{item(v1alpha1.HookTypeSync, apply.Synced, ""), "Sync Sync Succeeded"},
	} {
		got := Results([]apply.ItemResult{c.in})[0]
		if said := string(got.SyncPhase) + " " + string(got.HookType) + " " + string(got.HookPhase); said != c.want {
			t.Errorf("%+v: %q, want %q", c.in, said, c.want)
		}
	}
}

func TestAmend(t *testing.T) {
	one := func(name string, phase v1alpha1.SyncPhase, message string) *v1alpha1.ResourceResult {
		return &v1alpha1.ResourceResult{Kind: "Job", Name: name, SyncPhase: phase, Message: message}
	}
	got := Amend(v1alpha1.ResourceResults{one("a", "PreSync", "runs"), one("a", "PostSync", "runs")},
		v1alpha1.ResourceResults{one("a", "PostSync", "deleted"), one("b", "Sync", "deleted")})
	want := v1alpha1.ResourceResults{one("a", "PreSync", "runs"), one("a", "PostSync", "deleted"), one("b", "Sync", "deleted")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
