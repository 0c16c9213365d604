package desired

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/pause"
)

const oldCommit = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// pausedApp is anApp, held at an older commit of another path.
func pausedApp(t *testing.T, entries ...v1alpha1.RevisionHistory) *v1alpha1.Application {
	t.Helper()
	entry := v1alpha1.RevisionHistory{ID: 3, Revision: oldCommit, Source: v1alpha1.ApplicationSource{RepoURL: repoURL, Path: "old", TargetRevision: "main"}}
	if len(entries) > 0 {
		entry = entries[0]
	}
	app := anApp("web", "1", "one", "one")
	text, err := pause.At(entry, pause.Why{Reason: "secret reason", Since: time.Unix(100, 0)}).Text()
	if err != nil {
		t.Fatal(err)
	}
	app.Annotations = map[string]string{v1alpha1.AnnotationPaused: text}
	return app
}

// atOne is what is delivered to cluster one of the only Application.
func atOne(t *testing.T, x *Index) (v1alpha1.Application, []string) {
	t.Helper()
	set, err := x.Set("one")
	if err != nil || len(set.Bundles) != 1 {
		t.Fatalf("delivered %v, %v", set.Bundles, err)
	}
	var app v1alpha1.Application
	if err := json.Unmarshal(set.Bundles[0].GetApplication(), &app); err != nil {
		t.Fatal(err)
	}
	var pins []string
	for _, p := range set.Bundles[0].GetPins() {
		pins = append(pins, p.GetRevision()+p.GetDigest())
	}
	return app, pins
}

func TestAPausedApplicationIsDeliveredAsItWas(t *testing.T) {
	x := newFleet()
	x.SetApplication(anApp("web", "1", "one", "one"))
	before, _ := x.Set("one")
	x.SetApplication(pausedApp(t))
	app, pins := atOne(t, x)
	if app.Spec.Source.Path != "old" || len(pins) != 1 || pins[0] != oldCommit {
		t.Errorf("delivered %+v at %v", app.Spec.Source, pins)
	}
	if text, _ := json.Marshal(app); strings.Contains(string(text), "secret reason") {
		t.Error("the agent is told the reason")
	}
	changed, cancel := x.Subscribe("one")
	defer cancel()
	x.SetPin(aPin("c2"))
	x.RemovePin(aPin("c2"))
	x.SetApplication(pausedApp(t))
	select {
	case <-changed:
		t.Error("a commit woke the session")
	default:
	}
	x.SetPin(aPin("c1"))
	x.SetApplication(anApp("web", "1", "one", "one"))
	after, _ := x.Set("one")
	if string(before.Bundles[0].Digest) != string(after.Bundles[0].Digest) {
		t.Error("resumed, it is not what it was")
	}
}

func TestAPauseNeedsNoPin(t *testing.T) {
	x := newFleet()
	app := pausedApp(t)
	app.Spec.Source.TargetRevision = "a branch that is gone"
	x.SetApplication(app)
	if _, pins := atOne(t, x); len(pins) != 1 || pins[0] != oldCommit {
		t.Errorf("delivered at %v", pins)
	}
}

func TestSeveralSourcesAndChartsAreHeld(t *testing.T) {
	sum := "sha256:" + strings.Repeat("b", 64)
	x := newFleet()
	x.SetApplication(pausedApp(t, v1alpha1.RevisionHistory{
		ID: 1, Revisions: []string{"1.2.3", oldCommit}, Digests: []string{sum, ""},
		Sources: v1alpha1.ApplicationSources{{RepoURL: "https://charts.example.com", Chart: "x", TargetRevision: "1.x"}, {RepoURL: repoURL, Ref: "values"}},
		Files:   []v1alpha1.RevisionFile{{URL: "https://files.example.com/v.yaml", Digest: sum}},
	}))
	app, pins := atOne(t, x)
	if len(app.Spec.Sources) != 2 || app.Spec.Source != nil || len(pins) != 2 || pins[0] != "1.2.3"+sum || pins[1] != oldCommit {
		t.Errorf("delivered %+v at %v", app.Spec, pins)
	}
	set, _ := x.Set("one")
	if files := set.Bundles[0].GetFiles(); len(files) != 1 || files[0].GetRepoUrl() != "https://files.example.com/v.yaml" || files[0].GetDigest() != sum {
		t.Errorf("files %v", files)
	}
}

func TestABrokenMarkHasNoEffect(t *testing.T) {
	x := newFleet()
	x.SetApplication(pausedApp(t))
	for _, text := range []string{"", "{", `{"revisions":["main"],"sources":[{"repoURL":"x"}]}`} {
		app := anApp("web", "1", "one", "one")
		app.Annotations = map[string]string{v1alpha1.AnnotationPaused: text}
		x.SetApplication(app)
		if got, pins := atOne(t, x); got.Spec.Source.Path != "." || len(pins) != 1 || pins[0] != "c1" {
			t.Errorf("with %q: delivered %+v at %v", text, got.Spec.Source, pins)
		}
	}
}

func TestAPauseChangesNothingOfAnEndOrAMove(t *testing.T) {
	x := newFleet()
	app := pausedApp(t)
	x.SetApplication(app)
	expect(t, x, "one", 1, 0)
	x.SetTombstone(aTombstone(app, "one"))
	expect(t, x, "one", 0, 1)
	x.RemoveTombstone(aTombstone(app, "one"))
	moving := pausedApp(t)
	moving.Spec.Destination.Name = "two"
	x.SetApplication(moving)
	expect(t, x, "one", 0, 0)
	strange := pausedApp(t)
	strange.Spec.Project, strange.UID = "ai", "another"
	x.SetApplication(strange) // a project that does not exist
	expect(t, x, "one", 0, 0)
}
