package application

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/pause"
)

const commit = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

func paused(why pause.Why) func(*v1alpha1.Application) {
	return func(app *v1alpha1.Application) {
		text, err := pause.At(v1alpha1.RevisionHistory{ID: 7, Revision: commit, Source: *app.Spec.Source}, why).Text()
		if err != nil {
			panic(err)
		}
		app.Annotations = map[string]string{v1alpha1.AnnotationPaused: text}
	}
}

func TestAPauseIsToldWithAllThatIsKnownOfIt(t *testing.T) {
	why := pause.Why{Reason: "bad\nmodel", By: "ann", Since: time.Unix(1700000000, 0)}
	f := good
	f.Wanted = []string{strings.Repeat("b", 40)}
	f.Unresolved = []string{"git is away (staying at bbbb)"}
	d := Decide(anApplication(paused(why)), f)
	if len(d.Conditions) != 1 || d.Conditions[0].Type != v1alpha1.ApplicationConditionPaused || d.Cluster != "one" {
		t.Fatalf("%+v", d)
	}
	for _, part := range []string{"aaaaaaaaaaaa", "entry 7", "ann", "2023-11-14T22:13:20Z", `"bad\nmodel"`, "bbbbbbbbbbbb by now", "fairlead resume web"} {
		if !strings.Contains(d.Conditions[0].Message, part) {
			t.Errorf("%q does not say %s", d.Conditions[0].Message, part)
		}
	}
	for name, wanted := range map[string][]string{"the same": {commit}, "not known": {""}, "no source": nil} {
		f.Wanted = wanted
		if got := Decide(anApplication(paused(why)), f).Conditions[0].Message; strings.Contains(got, "by now") {
			t.Errorf("wanted is %s, and it says %q", name, got)
		}
	}
}

func TestAPauseSaysNoMoreThanAStatusHasRoomFor(t *testing.T) {
	long := strings.Repeat("é", 100_000)
	got := Decide(anApplication(paused(pause.Why{Reason: long, By: long})), good).Conditions[0].Message
	if len(got) > 4096 || !strings.Contains(got, "fairlead resume web") {
		t.Errorf("%d bytes", len(got))
	}
}

func TestABrokenMarkIsTold(t *testing.T) {
	f := good
	f.Unresolved = []string{"git is away"}
	d := Decide(anApplication(func(app *v1alpha1.Application) {
		app.Annotations = map[string]string{v1alpha1.AnnotationPaused: "{"}
	}), f)
	var types []string
	for _, c := range d.Conditions {
		types = append(types, c.Type)
	}
	if !slices.Equal(types, []string{v1alpha1.ApplicationConditionPauseInvalid, v1alpha1.ApplicationConditionRevisionUnresolved}) ||
		d.Cluster != "one" || !strings.Contains(d.Conditions[0].Message, v1alpha1.AnnotationPaused) {
		t.Errorf("%+v", d)
	}
}

func TestNoAgentSaysThatAnApplicationIsPaused(t *testing.T) {
	app := anApplication(deliveredAt("one"))
	for _, kind := range []string{v1alpha1.ApplicationConditionPaused, v1alpha1.ApplicationConditionPauseInvalid} {
		app.Status.Delivery.Conditions = append(app.Status.Delivery.Conditions, v1alpha1.ApplicationCondition{Type: kind, Message: "x"})
	}
	if got := ofAgent(app); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
