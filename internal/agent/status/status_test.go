package status

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func item(name string, state apply.State, reason apply.Reason, health v1alpha1.HealthStatusCode) apply.Item {
	uid := "uid-" + name
	if reason == apply.ReasonMissing {
		uid = ""
	}
	return apply.Item{
		UID:   uid,
		Ref:   apply.Ref{Group: "apps", Version: "v1", Kind: "Deployment", Namespace: "n", Name: name},
		State: state, Reason: reason, Message: name + " has a problem", Health: v1alpha1.HealthStatus{Status: health},
	}
}

func single() v1alpha1.ApplicationSpec {
	return v1alpha1.ApplicationSpec{Source: &v1alpha1.ApplicationSource{RepoURL: "https://git/r", Path: "p"}}
}

func TestCodes(t *testing.T) {
	healthy, missing := v1alpha1.HealthStatusHealthy, v1alpha1.HealthStatusMissing
	synced := item("a", apply.StateSynced, "", healthy)
	extra := item("b", apply.StateOutOfSync, apply.ReasonPrune, healthy)
	extra.ExtraIgnored = true
	for _, tt := range []struct {
		name            string
		items           []apply.Item
		comparisonError string
		sync            v1alpha1.SyncStatusCode
		health          v1alpha1.HealthStatusCode
	}{
		{"never compared", nil, "", v1alpha1.SyncStatusCodeUnknown, v1alpha1.HealthStatusUnknown},
		{"nothing wanted", []apply.Item{}, "", v1alpha1.SyncStatusCodeSynced, healthy},
		{"all well", []apply.Item{synced}, "", v1alpha1.SyncStatusCodeSynced, healthy},
		{"one missing", []apply.Item{synced, item("b", apply.StateOutOfSync, apply.ReasonMissing, missing)}, "",
			v1alpha1.SyncStatusCodeOutOfSync, healthy},
		{"all missing", []apply.Item{item("b", apply.StateOutOfSync, apply.ReasonMissing, missing)}, "",
			v1alpha1.SyncStatusCodeOutOfSync, missing},
		{"one not comparable", []apply.Item{synced, item("b", apply.StateUnknown, apply.ReasonError, "")}, "",
			v1alpha1.SyncStatusCodeUnknown, healthy},
		{"what differs outweighs", []apply.Item{item("b", apply.StateUnknown, apply.ReasonError, ""), item("c", apply.StateOutOfSync, apply.ReasonDiffers, healthy)}, "",
			v1alpha1.SyncStatusCodeOutOfSync, healthy},
		{"what waits to be pruned counts", []apply.Item{synced, item("b", apply.StateOutOfSync, apply.ReasonPrune, v1alpha1.HealthStatusDegraded)}, "",
			v1alpha1.SyncStatusCodeOutOfSync, v1alpha1.HealthStatusDegraded},
		{"what asks not to count as extra", []apply.Item{synced, extra}, "", v1alpha1.SyncStatusCodeSynced, healthy},
		{"cannot be rendered, last good one runs", []apply.Item{synced}, "no such file", v1alpha1.SyncStatusCodeUnknown, healthy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Of(Input{Now: now, Spec: single(), Items: tt.items, ComparisonError: tt.comparisonError})
			if got.Sync.Status != tt.sync || got.Health.Status != tt.health {
				t.Errorf("got %s and %s, want %s and %s", got.Sync.Status, got.Health.Status, tt.sync, tt.health)
			}
		})
	}
}

func TestUnchangedGivesEqualBytes(t *testing.T) {
	in := Input{
		Now: now, Spec: single(), Revisions: []string{"abc"}, SourceTypes: []v1alpha1.ApplicationSourceType{"Helm"},
		Items:     []apply.Item{item("a", apply.StateOutOfSync, apply.ReasonRefused, v1alpha1.HealthStatusHealthy)},
		SyncError: "refused", Orphaned: true,
	}
	first := Of(in)
	// Through JSON, as over a restart.
	raw, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	var kept v1alpha1.ApplicationStatus
	if err := json.Unmarshal(raw, &kept); err != nil {
		t.Fatal(err)
	}
	for name, previous := range map[string]v1alpha1.ApplicationStatus{"in memory": first, "from disk": kept} {
		in.Previous, in.Now = previous, now.Add(time.Hour)
		again, err := json.Marshal(Of(in))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(raw), string(again)); diff != "" {
			t.Errorf("%s: status changed (-first +again):\n%s", name, diff)
		}
	}
	in.SyncError = "refused again"
	changed := Of(in)
	if !changed.ReconciledAt.Equal(at(in.Now)) {
		t.Errorf("reconciledAt %v, want %v", changed.ReconciledAt, in.Now)
	}
	for _, c := range changed.Conditions {
		want := at(now)
		if c.Type == v1alpha1.ApplicationConditionSyncError {
			want = at(in.Now)
		}
		if !c.LastTransitionTime.Equal(want) {
			t.Errorf("%s last changed %v, want %v", c.Type, c.LastTransitionTime, want)
		}
	}
}

func TestTrimKeepsTheWorst(t *testing.T) {
	var items []apply.Item
	for i := range 4000 {
		items = append(items, item(fmt.Sprintf("object-%04d-%s", i, strings.Repeat("x", 60)), apply.StateSynced, "", v1alpha1.HealthStatusHealthy))
	}
	items = append(items, item("zzz", apply.StateOutOfSync, apply.ReasonDiffers, v1alpha1.HealthStatusDegraded))
	got := Of(Input{Now: now, Spec: single(), Items: items})
	if n := size(got); n > maxBytes {
		t.Errorf("status has %d bytes, want at most %d", n, maxBytes)
	}
	if len(got.Resources) < 500 || got.Resources[0].Name != "zzz" {
		t.Errorf("%d resources, first %q; want many, the worst first", len(got.Resources), got.Resources[0].Name)
	}
}

func TestHistory(t *testing.T) {
	spec := single()
	two := int64(2)
	spec.RevisionHistoryLimit = &two
	var h v1alpha1.RevisionHistories
	for _, revision := range []string{"a", "b", "c"} {
		h = History(h, Synced{Spec: spec, Revisions: []string{revision}, StartedAt: now, FinishedAt: now, InitiatedBy: v1alpha1.OperationInitiator{Automated: true}})
	}
	if len(h) != 2 || h[0].Revision != "b" || h[1].Revision != "c" || h[1].ID != 2 || h[1].Source.Path != "p" {
		t.Errorf("history = %+v", h)
	}
}

func TestImages(t *testing.T) {
	objs := []*unstructured.Unstructured{
		{Object: map[string]any{"kind": "Deployment", "spec": map[string]any{"template": map[string]any{"spec": map[string]any{
			"initContainers": []any{map[string]any{"image": "b:1"}},
			"containers":     []any{map[string]any{"image": "a:1"}, map[string]any{"image": "b:1"}},
		}}}}},
		{Object: map[string]any{"kind": "ConfigMap", "data": map[string]any{"image": "not-one"}}},
	}
	if diff := cmp.Diff([]string{"a:1", "b:1"}, Images(objs)); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
}
