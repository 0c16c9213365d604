package pause

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

var why = Why{Reason: "bad model", By: "ann", Since: time.Unix(1700000000, 5)}

func withMark(app *v1alpha1.Application, text string) *v1alpha1.Application {
	app.Annotations = map[string]string{v1alpha1.AnnotationPaused: text}
	return app
}

func TestAMarkSurvivesItsText(t *testing.T) {
	sum := "sha256:" + strings.Repeat("a", 64)
	chart := v1alpha1.ApplicationSource{RepoURL: "https://charts.example.com", Chart: "x", TargetRevision: ">=1"}
	for name, h := range map[string]v1alpha1.RevisionHistory{
		"one source": entry(3, a),
		"a chart":    {ID: 4, Revision: "1.2.3", Source: chart, Digests: []string{sum}},
		"several": {ID: 5, Revisions: []string{"1.2.3", b}, Sources: v1alpha1.ApplicationSources{chart, src("main")}, Digests: []string{sum, ""},
			Files: []v1alpha1.RevisionFile{{URL: "https://files.example.com/v.yaml", Digest: sum}}},
	} {
		m := At(h, why)
		text, err := m.Text()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := Read(withMark(ran(), text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(m, *got); diff != "" || *got.ID != h.ID || got.Reason != "bad model" || got.By != "ann" || got.Since.Unix() != 1700000000 {
			t.Errorf("%s: %+v (-wrote +read)\n%s", name, got, diff)
		}
	}
}

func TestAMarkThatIsNotValidHasNoEffect(t *testing.T) {
	good := `{"revisions":["` + a + `"],"sources":[{"repoURL":"https://git.example.com/a.git"}]}`
	if m, err := Read(withMark(ran(), good)); err != nil || m == nil {
		t.Fatalf("%+v, %v", m, err)
	}
	if m, err := Read(ran()); err != nil || m != nil {
		t.Errorf("without a mark: %+v, %v", m, err)
	}
	chart := `{"revisions":["%"],"sources":[{"repoURL":"https://x","chart":"c"}]}`
	for name, text := range map[string]string{
		"nothing":           "",
		"no JSON":           "paused",
		"another type":      `[]`,
		"null":              `null`,
		"no sources":        `{"revisions":[],"sources":[]}`,
		"too few revisions": strings.Replace(good, `"`+a+`"`, ``, 1),
		"a branch":          strings.Replace(good, a, "main", 1),
		"a short commit":    strings.Replace(good, a, a[:12], 1),
		"no repository":     strings.Replace(good, "https://git.example.com/a.git", "", 1),
		"no version":        strings.Replace(chart, "%", "", 1),
		"a version of two":  strings.Replace(chart, "%", "1 2", 1),
		"a long version":    strings.Replace(chart, "%", strings.Repeat("1", maxRevision+1), 1),
		"a digest too many": strings.Replace(good, `"sources"`, `"digests":["",""],"sources"`, 1),
		"a bad digest":      strings.Replace(good, `"sources"`, `"digests":["sha256:1"],"sources"`, 1),
		"a file without":    strings.Replace(good, `"sources"`, `"files":[{"url":"https://x"}],"sources"`, 1),
	} {
		if m, err := Read(withMark(ran(), text)); err == nil || m != nil {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

func TestAnApplicationIsHeldByTheSourcesOfItsMark(t *testing.T) {
	old := entry(0, a)
	old.Source.Path = "old"
	app := ran()
	app.Spec.Destination.Name = "edge"
	held := At(old, why).Over(app)
	if held.Spec.Source == nil || held.Spec.Source.Path != "old" || held.Spec.Sources != nil || held.Spec.Destination.Name != "edge" {
		t.Errorf("held as %+v", held.Spec)
	}
	if app.Spec.Source.Path != "web" {
		t.Error("the application itself changed")
	}
	app.Spec.Sources = v1alpha1.ApplicationSources{src("main"), src("v")}
	if held = At(old, why).Over(app); held.Spec.Source != nil || len(held.Spec.Sources) != 1 || held.Spec.Sources[0].Path != "old" {
		t.Errorf("held as %+v", held.Spec)
	}
	app.Spec.SourceHydrator = &v1alpha1.SourceHydrator{}
	if held = At(old, why).Over(app); held.Spec.GetSource().Path != "old" {
		t.Errorf("held as %+v", held.Spec)
	}
}

func TestAPauseHoldsWhatIsComparedWith(t *testing.T) {
	if _, err := Here(ran(), why); err == nil {
		t.Error("nothing ran, and it is held")
	}
	first := entry(0, a)
	first.Digests = []string{"sha256:" + strings.Repeat("b", 64)}
	app := ran(first, entry(1, b))
	m, err := Here(app, why)
	if err != nil || *m.ID != 1 || m.Revisions[0] != b || m.Reason != "bad model" {
		t.Errorf("%+v, %v", m, err)
	}
	at(app, a) // as another sync had it
	if m, err = Here(app, why); err != nil || *m.ID != 0 || m.Digests[0] == "" {
		t.Errorf("%+v, %v", m, err)
	}
	at(app, c)
	if m, err = Here(app, why); err != nil || m.ID != nil || m.Revisions[0] != c {
		t.Errorf("%+v, %v", m, err)
	}
	// A rollback that the agent has not heard of yet is not undone.
	if m, err = Here(markedAt(app, entry(0, a)), why); err != nil || *m.ID != 0 || m.Revisions[0] != a || m.By != "ann" {
		t.Errorf("%+v, %v", m, err)
	}
}
