package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/pause"
)

var (
	oldCommit = strings.Repeat("a", 40)
	newCommit = strings.Repeat("b", 40)
)

// deployed is an Application that ran the old commit and runs the new one.
func deployed(edit ...func(*v1alpha1.Application)) *v1alpha1.Application {
	yes := true
	source := v1alpha1.ApplicationSource{RepoURL: "https://git.example.com/a.git", Path: "web", TargetRevision: "main"}
	app := askedFor(nil)
	app.Spec.Source = &source
	app.Spec.SyncPolicy = &v1alpha1.SyncPolicy{Automated: &v1alpha1.SyncPolicyAutomated{Prune: &yes}}
	for i, revision := range []string{oldCommit, newCommit} {
		app.Status.History = append(app.Status.History, v1alpha1.RevisionHistory{
			ID: int64(i), Revision: revision, Source: source, DeployedAt: metav1.Unix(int64(100+i), 0),
			InitiatedBy: v1alpha1.OperationInitiator{Automated: i == 0, Username: "ann"},
		})
	}
	app.Status.Sync = v1alpha1.SyncStatus{Revision: newCommit, ComparedTo: v1alpha1.ComparedTo{Source: source}}
	for _, e := range edit {
		e(app)
	}
	return app
}

func clientOf(apps ...client.Object) client.WithWatch {
	return fake.NewClientBuilder().WithScheme(newScheme()).WithObjects(apps...).Build()
}

// web reads the Application and its mark.
func web(t *testing.T, c client.Client) (*v1alpha1.Application, *pause.Mark) {
	t.Helper()
	app := &v1alpha1.Application{}
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(askedFor(nil)), app); err != nil {
		t.Fatal(err)
	}
	m, err := pause.Read(app)
	if err != nil {
		t.Fatal(err)
	}
	return app, m
}

func codeOf(err error) int {
	var exit *exitError
	switch {
	case err == nil:
		return codeOK
	case errors.As(err, &exit):
		return exit.code
	}
	return -1
}

var quietly = streams{out: io.Discard, err: io.Discard}

func TestRollbackHoldsTheEntryBeforeAndSyncsIt(t *testing.T) {
	c := clientOf(deployed())
	var out bytes.Buffer
	err := rollback{reason: " slow ", prune: false}.run(t.Context(), c, streams{out: &out, err: io.Discard}, client.ObjectKeyFromObject(deployed()), time.Unix(500, 0))
	if err != nil {
		t.Fatal(err)
	}
	app, m := web(t, c)
	if m == nil || *m.ID != 0 || m.Revisions[0] != oldCommit || m.Reason != "slow" || m.By != username() || m.Since.Unix() != 500 || m.Sources[0].Path != "web" {
		t.Errorf("mark %+v", m)
	}
	sync := app.Operation.Sync
	if !sync.Prune || sync.Revision != "" || sync.SyncStrategy.Apply == nil || app.Operation.Retry.Limit != rollbackRetries || app.Operation.InitiatedBy.Username != username() {
		t.Errorf("operation %+v", app.Operation)
	}
	if app.Spec.Source.TargetRevision != "main" || !strings.Contains(out.String(), "entry 0, revision aaaaaaaaaaaa") {
		t.Errorf("spec %+v, said %q", app.Spec, out.String())
	}
}

func TestRollbackPrunesAsTheApplicationDoesOrAsAsked(t *testing.T) {
	byHand := func(app *v1alpha1.Application) { app.Spec.SyncPolicy = nil }
	off := func(app *v1alpha1.Application) { app.Spec.SyncPolicy.Automated.Enabled = new(bool) }
	for name, tc := range map[string]struct {
		edit        func(*v1alpha1.Application)
		asked, want bool
	}{
		"automated": {func(*v1alpha1.Application) {}, false, true}, "by hand": {byHand, false, false},
		"by hand, asked": {byHand, true, true}, "switched off": {off, false, false},
	} {
		c := clientOf(deployed(tc.edit))
		if err := (rollback{reason: "x", prune: tc.asked}).run(t.Context(), c, quietly, client.ObjectKeyFromObject(deployed()), time.Now()); err != nil {
			t.Fatal(err)
		}
		if app, _ := web(t, c); app.Operation.Sync.Prune != tc.want {
			t.Errorf("%s: prune %v", name, app.Operation.Sync.Prune)
		}
	}
}

func TestARollbackThatCannotBeIsRefused(t *testing.T) {
	gone := func(app *v1alpha1.Application) {
		now := metav1.Now()
		app.DeletionTimestamp, app.Finalizers = &now, []string{"x/y"}
	}
	both := func(app *v1alpha1.Application) { app.Status.History[0].Revision = newCommit[:39] + "c" }
	odd := func(app *v1alpha1.Application) { app.Status.History[0].Revision = "main" }
	for name, tc := range map[string]struct {
		app  *v1alpha1.Application
		to   string
		code int
		says string
	}{
		"an unknown entry":    {deployed(), "9", codeNotFound, "0 (aaaaaaaaaaaa)"},
		"an unknown revision": {deployed(), "dead", codeNotFound, "1 (bbbbbbbbbbbb)"},
		"two revisions":       {deployed(both), "bbbb", codeUsage, "by its ID"},
		"nothing before":      {deployed(func(app *v1alpha1.Application) { app.Status.History = app.Status.History[1:] }), "", codeNotFound, "1 (bbbbbbbbbbbb)"},
		"no application":      {nil, "", codeNotFound, "not found"},
		"one that ends":       {deployed(gone), "", codeGuarded, "being deleted"},
		"an odd history":      {deployed(odd), "", codeGuarded, "not a full commit"},
	} {
		c := clientOf()
		if tc.app != nil {
			c = clientOf(tc.app)
		}
		err := rollback{to: tc.to, reason: "x"}.run(t.Context(), c, quietly, client.ObjectKeyFromObject(deployed()), time.Now())
		if codeOf(err) != tc.code || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want exit code %d and %q", name, err, tc.code, tc.says)
		}
		if tc.app != nil {
			if app, m := web(t, c); m != nil || app.Operation != nil {
				t.Errorf("%s: mark %+v, operation %+v", name, m, app.Operation)
			}
		}
	}
}

func TestARollbackTakesTheWaitingOperationsPlaceAndSaysSo(t *testing.T) {
	c := clientOf(deployed(func(app *v1alpha1.Application) {
		app.Operation = &v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{Revision: "other"}, InitiatedBy: v1alpha1.OperationInitiator{Username: "bob"}}
	}))
	var said bytes.Buffer
	if err := (rollback{reason: "x"}).run(t.Context(), c, streams{out: io.Discard, err: &said}, client.ObjectKeyFromObject(deployed()), time.Now()); err != nil {
		t.Fatal(err)
	}
	if app, _ := web(t, c); app.Operation.Sync.Revision != "" || !isRollback(app.Operation) || !strings.Contains(said.String(), `"bob"`) {
		t.Errorf("operation %+v, said %q", app.Operation, said.String())
	}
}

// answering is a hub whose agent ends every operation at once in a phase, or,
// with "", never.
func answering(phase v1alpha1.OperationPhase) client.WithWatch {
	patch := func(ctx context.Context, c client.WithWatch, o client.Object, patch client.Patch, opts ...client.PatchOption) error {
		if err := c.Patch(ctx, o, patch, opts...); err != nil || phase == "" {
			return err
		}
		app := o.(*v1alpha1.Application)
		app.Status.OperationState = &v1alpha1.OperationState{Operation: *app.Operation, Phase: phase, Message: "said there"}
		app.Operation = nil
		return c.Update(ctx, app)
	}
	return fake.NewClientBuilder().WithScheme(newScheme()).WithObjects(deployed()).WithInterceptorFuncs(interceptor.Funcs{Patch: patch}).Build()
}

func TestRollbackWaitsUntilItIsDelivered(t *testing.T) {
	for phase, want := range map[v1alpha1.OperationPhase]int{
		v1alpha1.OperationSucceeded: codeOK, v1alpha1.OperationFailed: codeDiffers, "": codeTimeout,
	} {
		var out bytes.Buffer
		r := rollback{reason: "x", wait: true, timeout: 300 * time.Millisecond}
		err := r.run(t.Context(), answering(phase), streams{out: &out, err: io.Discard}, client.ObjectKeyFromObject(deployed()), time.Now())
		if codeOf(err) != want {
			t.Errorf("phase %q: %v, want exit code %d", phase, err, want)
		}
		if want == codeOK != strings.Contains(out.String(), "runs history entry 0") {
			t.Errorf("phase %q: said %q", phase, out.String())
		}
	}
}

func TestRollbackAndPauseAskForAReason(t *testing.T) {
	for _, args := range [][]string{
		{"rollback", "web"}, {"rollback", "web", "--reason", " "}, {"pause", "web"},
		{"rollback", "web", "--reason", strings.Repeat("x", maxReason+1)},
	} {
		if code, out, problems := command(t, args...); code != codeUsage || !strings.Contains(problems, "--reason") || out != "" {
			t.Errorf("%v: exit %d: %s%s", args, code, out, problems)
		}
	}
	if code, _, problems := command(t, "rollback", "web", "--reason", "x", "--to", ""); code != codeUsage || !strings.Contains(problems, "--to") {
		t.Errorf("an empty --to: exit %d: %s", code, problems)
	}
}
