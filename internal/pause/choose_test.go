package pause

import (
	"errors"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

const (
	a = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	b = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	c = "cccccccccccccccccccccccccccccccccccccccc"
)

func src(branch string) v1alpha1.ApplicationSource {
	return v1alpha1.ApplicationSource{RepoURL: "https://git.example.com/a.git", Path: "web", TargetRevision: branch}
}

func entry(id int64, revision string) v1alpha1.RevisionHistory {
	return v1alpha1.RevisionHistory{ID: id, Revision: revision, Source: src("main")}
}

// ran is an Application with a history, Synced at its newest entry.
func ran(history ...v1alpha1.RevisionHistory) *v1alpha1.Application {
	app := &v1alpha1.Application{}
	app.Name = "web"
	s := src("main")
	app.Spec.Source = &s
	app.Status.History = history
	if n := len(history); n > 0 {
		at(app, history[n-1].Revision)
	}
	return app
}

// at says with which revision an Application is compared.
func at(app *v1alpha1.Application, revision string) {
	app.Status.Sync = v1alpha1.SyncStatus{Status: v1alpha1.SyncStatusCodeSynced, Revision: revision, ComparedTo: v1alpha1.ComparedTo{Source: src("main")}}
}

func automated(app *v1alpha1.Application) *v1alpha1.Application {
	app.Spec.SyncPolicy = &v1alpha1.SyncPolicy{Automated: &v1alpha1.SyncPolicyAutomated{}}
	return app
}

func tried(app *v1alpha1.Application, phase v1alpha1.OperationPhase, revision string) *v1alpha1.Application {
	app.Status.OperationState = &v1alpha1.OperationState{
		Operation: v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{}}, Phase: phase,
		SyncResult: &v1alpha1.SyncOperationResult{Revision: revision, Source: src("main")},
	}
	return app
}

func markedAt(app *v1alpha1.Application, h v1alpha1.RevisionHistory) *v1alpha1.Application {
	text, err := At(h, Why{Reason: "test"}).Text()
	if err != nil {
		panic(err)
	}
	app.Annotations = map[string]string{v1alpha1.AnnotationPaused: text}
	return app
}

func TestTheEntryBeforeThePresentState(t *testing.T) {
	other := entry(1, a)
	other.Source.Helm = &v1alpha1.ApplicationSourceHelm{Values: "replicas: 2"}
	byTag := entry(1, a)
	byTag.Source.TargetRevision = "v1"
	dryRun := tried(ran(entry(0, a), entry(1, b)), v1alpha1.OperationFailed, c)
	dryRun.Status.OperationState.Operation.Sync.DryRun = true
	moved := automated(ran(entry(0, a), entry(1, b)))
	at(moved, c)
	byHand := ran(entry(0, a), entry(1, b))
	at(byHand, c)
	for name, tc := range map[string]struct {
		app  *v1alpha1.Application
		want int64 // -1 for none
	}{
		"nothing ran":                                {ran(), -1},
		"one entry":                                  {ran(entry(0, a)), -1},
		"two":                                        {ran(entry(0, a), entry(1, b)), 0},
		"the same again":                             {ran(entry(0, a), entry(1, b), entry(2, b)), 0},
		"the same by another name":                   {ran(entry(0, b), entry(1, a), byTag), 0},
		"other parameters":                           {ran(entry(0, a), other), 0},
		"a sync that failed comes after all":         {tried(ran(entry(0, a), entry(1, b)), v1alpha1.OperationFailed, c), 1},
		"so does one under way":                      {tried(ran(entry(0, a)), v1alpha1.OperationRunning, c), 0},
		"not one that failed at what ran":            {tried(ran(entry(0, a), entry(1, b)), v1alpha1.OperationFailed, b), 0},
		"nor a dry run":                              {dryRun, 0},
		"what is to be synced by itself":             {moved, 1},
		"not what waits for a person":                {byHand, 0},
		"held at an entry":                           {markedAt(ran(entry(0, a), entry(1, b), entry(2, c), entry(3, b)), entry(1, b)), 0},
		"held at one that the history no longer has": {markedAt(ran(entry(4, a), entry(6, c)), entry(5, b)), 4},
		"held at the first":                          {markedAt(ran(entry(4, a), entry(6, c)), entry(4, a)), -1},
		"a mark that is not valid": {func() *v1alpha1.Application {
			x := ran(entry(0, a), entry(1, b))
			x.Annotations = map[string]string{v1alpha1.AnnotationPaused: "{"}
			return x
		}(), 0},
	} {
		got, err := Choose(tc.app, "")
		switch {
		case tc.want < 0 && !errors.Is(err, ErrUnknown):
			t.Errorf("%s: entry %d, error %v; want none", name, got.ID, err)
		case tc.want >= 0 && (err != nil || got.ID != tc.want):
			t.Errorf("%s: entry %d, error %v; want %d", name, got.ID, err, tc.want)
		}
	}
}

func TestAnEntryByIDOrRevision(t *testing.T) {
	chart := func(id int64, version string) v1alpha1.RevisionHistory {
		return v1alpha1.RevisionHistory{ID: id, Revision: version, Source: v1alpha1.ApplicationSource{RepoURL: "https://charts.example.com", Chart: "x"}}
	}
	two := v1alpha1.RevisionHistory{ID: 3, Sources: v1alpha1.ApplicationSources{src("main"), src("v")}, Revisions: []string{c, a}}
	digits := strings.Repeat("1", 40)
	app := ran(entry(0, a), entry(1, b), entry(2, a), two, entry(12, digits), chart(13, "1.2.0"), chart(14, "1.2.0-rc1"))
	for to, want := range map[string]int64{
		"0": 0, "1": 1, "12": 12, b: 1, "bbbb": 1, "cc": 3, "1111111": 12, "1.2.0": 13, "1.2.0-": 14,
	} {
		if got, err := Choose(app, to); err != nil || got.ID != want {
			t.Errorf("%s: entry %d, error %v; want %d", to, got.ID, err, want)
		}
	}
	for to, want := range map[string]error{
		"7": ErrUnknown, "11": ErrUnknown, "dddd": ErrUnknown, "-1": ErrUnknown,
		"aaaa": ErrAmbiguous, "1.2": ErrAmbiguous,
	} {
		_, err := Choose(app, to)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", to, err, want)
		}
	}
	_, err := Choose(app, "dddd")
	for _, part := range []string{"14 (1.2.0-rc1)", "3 (cccccccccccc,aaaaaaaaaaaa)", "0 (aaaaaaaaaaaa)"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not list %s", err, part)
		}
	}
	// Equal ones are one: the newest.
	if got, err := Choose(ran(entry(0, a), entry(1, b), entry(2, a)), "aa"); err != nil || got.ID != 2 {
		t.Errorf("entry %d, error %v", got.ID, err)
	}
}

func TestALongHistoryIsNotListedWhole(t *testing.T) {
	var history v1alpha1.RevisionHistories
	for i := range int64(30) {
		history = append(history, entry(i, a))
	}
	if _, err := Choose(ran(history...), "77"); !strings.Contains(err.Error(), "29 (") || !strings.Contains(err.Error(), "20 more") {
		t.Error(err)
	}
}
