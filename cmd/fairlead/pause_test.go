package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestPauseHoldsAndResumeLetsGo(t *testing.T) {
	c, key := clientOf(deployed()), client.ObjectKeyFromObject(deployed())
	if err := pauseOne(t.Context(), c, quietly, key, "freeze", time.Unix(500, 0)); err != nil {
		t.Fatal(err)
	}
	app, m := web(t, c)
	if m == nil || *m.ID != 1 || m.Revisions[0] != newCommit || m.Reason != "freeze" || app.Operation != nil {
		t.Errorf("mark %+v, operation %+v", m, app.Operation)
	}
	if err := resumeOne(t.Context(), c, quietly, key); err != nil {
		t.Fatal(err)
	}
	if app, m := web(t, c); m != nil || app.Spec.Source.TargetRevision != "main" {
		t.Errorf("mark %+v", m)
	}
	var said bytes.Buffer
	if err := resumeOne(t.Context(), c, streams{out: io.Discard, err: &said}, key); err != nil || !strings.Contains(said.String(), "was not paused") {
		t.Errorf("%v, said %q", err, said.String())
	}
}

func TestAPauseOfARollbackStaysThere(t *testing.T) {
	c, key := clientOf(deployed()), client.ObjectKeyFromObject(deployed())
	if err := (rollback{reason: "slow"}).run(t.Context(), c, quietly, key, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := pauseOne(t.Context(), c, quietly, key, "still slow", time.Now()); err != nil {
		t.Fatal(err)
	}
	if app, m := web(t, c); *m.ID != 0 || m.Revisions[0] != oldCommit || m.Reason != "still slow" || !isRollback(app.Operation) {
		t.Errorf("mark %+v, operation %+v", m, app.Operation)
	}
}

func TestPauseOfWhatNeverRanIsRefused(t *testing.T) {
	err := pauseOne(t.Context(), clientOf(askedFor(nil)), quietly, client.ObjectKeyFromObject(deployed()), "x", time.Now())
	if codeOf(err) != codeNotFound || !strings.Contains(err.Error(), "not been compared") {
		t.Error(err)
	}
}

// A sync that was to bring the entry must not bring what the sources hold.
func TestResumeWithdrawsARollbackThatHasNotBegun(t *testing.T) {
	c, key := clientOf(deployed()), client.ObjectKeyFromObject(deployed())
	if err := (rollback{reason: "slow"}).run(t.Context(), c, quietly, key, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := resumeOne(t.Context(), c, quietly, key); err != nil {
		t.Fatal(err)
	}
	if app, _ := web(t, c); app.Operation != nil {
		t.Errorf("operation %+v", app.Operation)
	}
	theirs := clientOf(deployed(func(app *v1alpha1.Application) {
		app.Annotations = map[string]string{v1alpha1.AnnotationPaused: "broken"}
		app.Operation = &v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{}}
	}))
	if err := resumeOne(t.Context(), theirs, quietly, key); err != nil {
		t.Fatal(err)
	}
	if app, m := web(t, theirs); app.Operation == nil || m != nil {
		t.Errorf("operation %+v, mark %+v", app.Operation, m)
	}
}

// What comes between reading and writing is not written over.
func TestChangesOfOthersStay(t *testing.T) {
	c, key := meddledWith(func(app *v1alpha1.Application) { app.Labels = map[string]string{"team": "a"} }), client.ObjectKeyFromObject(deployed())
	if err := resumeOne(t.Context(), c, quietly, key); err != nil {
		t.Fatal(err)
	}
	if app, _ := web(t, c); app.Labels["team"] != "a" {
		t.Errorf("labels %v", app.Labels)
	}
}

func TestGetShowsThatAnApplicationIsPaused(t *testing.T) {
	app := deployed(func(app *v1alpha1.Application) { app.Status.Sync.Status = v1alpha1.SyncStatusCodeSynced })
	if got := syncOf(app); got != "Synced" {
		t.Error(got)
	}
	app.Status.Conditions = []v1alpha1.ApplicationCondition{{Type: v1alpha1.ApplicationConditionPaused}}
	if got := syncOf(app); got != "Synced (paused)" {
		t.Error(got)
	}
}
