package health_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/internal/health"
)

func TestBookTellsWhatIsToBeJudgedAgain(t *testing.T) {
	const good, other, broken = "- {when: true, status: Healthy}", "- {when: true, status: Degraded}", "- {when: '1 +', status: Healthy}"
	gear := schema.GroupKind{Group: "example.com", Kind: "Gear"}
	book := &health.Book{}
	if book.Rules().Has(widget) {
		t.Error("an empty book has rules")
	}
	for _, step := range []struct {
		name    string
		data    map[string]string
		changed []schema.GroupKind
		refused int
	}{
		{"none to begin with", nil, nil, 0},
		{"two kinds", map[string]string{"example.com_Widget": good, "example.com_Gear": good}, []schema.GroupKind{gear, widget}, 0},
		{"the same", map[string]string{"example.com_Widget": good, "example.com_Gear": good}, nil, 0},
		{"one changed", map[string]string{"example.com_Widget": other, "example.com_Gear": good}, []schema.GroupKind{widget}, 0},
		{"limits alone", map[string]string{"example.com_Widget": other, "example.com_Gear": good, "timeouts": "default: 1h"}, nil, 0},
		{"one broken", map[string]string{"example.com_Widget": broken, "example.com_Gear": good}, []schema.GroupKind{widget}, 1},
		{"one gone", map[string]string{"example.com_Gear": good}, []schema.GroupKind{widget}, 0},
		{"all gone", nil, []schema.GroupKind{gear}, 0},
	} {
		changed, refused := book.Take(step.data)
		if diff := cmp.Diff(step.changed, changed); diff != "" || len(refused) != step.refused {
			t.Errorf("%s: refused %v, changed (-want +got):\n%s", step.name, refused, diff)
		}
	}
	if book.Rules().Has(widget) || book.Rules().Has(gear) {
		t.Error("rules that ended still hold")
	}
}

func TestUsableKeepsWhatHasAnEffect(t *testing.T) {
	data := map[string]string{
		"example.com_Widget": "- {when: '1 +', status: Healthy}\n- {when: true, status: Degraded}",
		"Secret":             "- {when: true, status: Healthy}",
		"no kind":            "- {when: true, status: Healthy}",
		"timeouts":           "default: 1h\nPod: soon",
	}
	_, errs := health.ParseRules(data)
	if len(errs) != 4 {
		t.Fatalf("refused %v, want 4", errs)
	}
	want := map[string]string{"example.com_Widget": data["example.com_Widget"], "timeouts": data["timeouts"]}
	if diff := cmp.Diff(want, health.Usable(data, errs)); diff != "" {
		t.Errorf("usable (-want +got):\n%s", diff)
	}
	if len(data) != 4 {
		t.Error("the data given was changed")
	}
}
