package status

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
)

func condition(s v1alpha1.ApplicationStatus, kind string) string {
	for _, c := range s.Conditions {
		if c.Type == kind {
			return c.Message
		}
	}
	return ""
}

// Whatever makes an Application OutOfSync, a condition names the object.
func TestOutOfSyncIsNeverBare(t *testing.T) {
	for _, reason := range []apply.Reason{
		apply.ReasonMissing, apply.ReasonDiffers, apply.ReasonPrune, apply.ReasonDeleting, apply.ReasonOwnedByAnother,
		apply.ReasonKindNotInstalled, apply.ReasonRefused, apply.ReasonNotAllowed,
	} {
		in := Input{Now: now, Spec: single(), Items: []apply.Item{
			item("fine", apply.StateSynced, "", v1alpha1.HealthStatusHealthy), item("culprit", apply.StateOutOfSync, reason, ""),
		}}
		got := Of(in)
		if got.Sync.Status != v1alpha1.SyncStatusCodeOutOfSync {
			t.Fatalf("%s: %s", reason, got.Sync.Status)
		}
		named := 0
		for _, c := range got.Conditions {
			named += strings.Count(c.Message, "culprit has a problem")
			if strings.Contains(c.Message, "fine") {
				t.Errorf("%s: %q names what is in sync", reason, c.Message)
			}
		}
		if named != 1 {
			t.Errorf("%s: named %d times in %+v, want once", reason, named, got.Conditions)
		}
		in.Starting = true
		if got := condition(Of(in), v1alpha1.ApplicationConditionOutOfSync); got != "" {
			t.Errorf("%s: an operation that begins has condition %q beside its message", reason, got)
		}
		if got := Syncing(in.Items); got != "syncing: culprit has a problem" {
			t.Errorf("%s: it begins with %q", reason, got)
		}
	}
	if got := Syncing(nil); got != "syncing" {
		t.Errorf("a sync of what is in sync begins with %q", got)
	}
}

// A long reason leaves room for the names of the others; those that have no
// room are counted.
func TestOutOfSyncIsBounded(t *testing.T) {
	var items []apply.Item
	for i := range 50 {
		one := item(fmt.Sprintf("app-%02d", i), apply.StateOutOfSync, apply.ReasonDiffers, "")
		one.Message = one.Name + " differs at " + strings.Repeat("spec.template.spec, ", 100)
		items = append(items, one)
	}
	got := condition(Of(Input{Now: now, Spec: single(), Items: items}), v1alpha1.ApplicationConditionOutOfSync)
	for _, want := range []string{"app-00 differs", "app-09 differs", "and 40 more: see status.resources"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q does not have %q", got, want)
		}
	}
	if len(got) > maxMessage+len(more) || strings.Contains(got, "app-10") {
		t.Errorf("%d bytes", len(got))
	}
}
