package status_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/go-logr/logr/funcr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/hub/status"
)

// logged collects what the Writer logs.
func (s *site) logged() *strings.Builder {
	log := &strings.Builder{}
	s.Logger = funcr.New(func(_, args string) { log.WriteString(args + "\n") }, funcr.Options{})
	return log
}

func TestWhatCannotBeWrittenIsLoggedAndDropped(t *testing.T) {
	s := newSite(t)
	for name, change := range map[string]func(*deliveryv1.ApplicationReport){
		"not JSON": func(r *deliveryv1.ApplicationReport) { r.Status = []byte("{") },
		"no time":  func(r *deliveryv1.ApplicationReport) { r.Status = []byte(`{"reconciledAt":"yesterday"}`) },
		"too large": func(r *deliveryv1.ApplicationReport) {
			r.Status = []byte(`{"x":"` + strings.Repeat("a", status.MaxStatus) + `"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			log := s.logged()
			report := s.report(synced("x"), "")
			change(report.Applications[0])
			if err := s.Report(t.Context(), "one", report); err != nil {
				t.Errorf("the agent is to say it again: %v", err)
			}
			if !strings.Contains(log.String(), s.namespace+"/web") {
				t.Errorf("logged %q, want the application's name", log)
			}
		})
	}
}

// answering refuses every write to a status with err.
type answering struct {
	client.Client
	err error
}

type answeringStatus struct {
	client.SubResourceWriter
	err error
}

func (c answering) Status() client.SubResourceWriter {
	return answeringStatus{c.Client.Status(), c.err}
}

func (w answeringStatus) Patch(context.Context, client.Object, client.Patch, ...client.SubResourcePatchOption) error {
	return w.err
}

func TestOnlyAPassingFailureFailsTheReport(t *testing.T) {
	s := newSite(t)
	kind := schema.GroupResource{Group: "argoproj.io", Resource: "applications"}
	for name, c := range map[string]struct {
		err   error
		fails bool
	}{
		"no connection":   {errors.New("dial tcp: connect: connection refused"), true},
		"timeout":         {apierrors.NewServerTimeout(kind, "patch", 1), true},
		"too many":        {apierrors.NewTooManyRequests("later", 1), true},
		"unavailable":     {apierrors.NewServiceUnavailable("starting"), true},
		"conflict":        {apierrors.NewConflict(kind, "web", errors.New("changed")), true},
		"credential":      {apierrors.NewUnauthorized("expired"), true},
		"webhook":         {apierrors.NewForbidden(kind, "web", errors.New("denied")), false},
		"bad request":     {apierrors.NewBadRequest("no"), false},
		"schema":          {apierrors.NewGenericServerResponse(http.StatusUnprocessableEntity, "patch", kind, "web", "no", 0, false), false},
		"gone":            {apierrors.NewNotFound(kind, "web"), false},
		"request too big": {apierrors.NewRequestEntityTooLargeError("no"), false},
	} {
		t.Run(name, func(t *testing.T) {
			log := s.logged()
			s.Writer.Client = answering{s.Client, c.err}
			err := s.Report(t.Context(), "one", s.report(synced("x"), ""))
			if (err != nil) != c.fails {
				t.Errorf("the report's error: %v", err)
			}
			if told := strings.Contains(log.String(), s.namespace+"/web"); told == (c.fails || name == "gone") {
				t.Errorf("logged %q", log)
			}
		})
	}
}

func TestALateReportIsDroppedWithoutALine(t *testing.T) {
	s := newSite(t)
	log := s.logged()
	before := s.now()
	s.Applications = frozen{before} // the cache lags
	moved := before.DeepCopy()
	moved.Status.Delivery.Cluster = "two"
	if err := s.Status().Update(t.Context(), moved); err != nil {
		t.Fatal(err)
	}
	if err := s.Report(t.Context(), "one", s.report(synced("late"), "")); err != nil || log.Len() > 0 {
		t.Errorf("error %v, logged %q", err, log)
	}
	if got := s.now().Status.Sync.Revision; got != "" {
		t.Errorf("cluster one wrote %q on what is cluster two's", got)
	}
}

// frozen answers with one Application as it was.
type frozen struct{ app *v1alpha1.Application }

func (f frozen) Application(string, string) *v1alpha1.Application { return f.app.DeepCopy() }

// meddling does something else just before a patch of an Application.
type meddling struct {
	client.Client
	meddle func()
}

func (c meddling) Patch(ctx context.Context, o client.Object, patch client.Patch, opts ...client.PatchOption) error {
	c.meddle()
	return c.Client.Patch(ctx, o, patch, opts...)
}

func TestAStartedOperationIsTakenOffWhateverElseChanges(t *testing.T) {
	s := newSite(t)
	app := s.now()
	app.Operation = &v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{Revision: "a"}}
	if err := s.Update(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	op, err := delivery.OperationOf(s.now())
	if err != nil {
		t.Fatal(err)
	}
	direct := s.Client
	s.Writer.Client = meddling{direct, func() { // the leader writes a condition meanwhile
		app := s.now()
		app.Status.Conditions[0].Message += "."
		if err := direct.Status().Update(t.Context(), app); err != nil {
			t.Error(err)
		}
	}}
	if err := s.Report(t.Context(), "one", s.report(synced("a"), op.GetId())); err != nil {
		t.Fatal(err)
	}
	if s.now().Operation != nil {
		t.Error("the operation stays")
	}
}

func TestAnOperationThatChangesIsLeft(t *testing.T) {
	s := newSite(t)
	app := s.now()
	app.Operation = &v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{Revision: "a"}}
	if err := s.Update(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	op, err := delivery.OperationOf(s.now())
	if err != nil {
		t.Fatal(err)
	}
	direct := s.Client
	s.Writer.Client = meddling{direct, func() {
		app := s.now()
		app.Operation.Sync.Revision = "b"
		if err := direct.Update(t.Context(), app); err != nil {
			t.Error(err)
		}
	}}
	if err := s.Report(t.Context(), "one", s.report(synced("a"), op.GetId())); err != nil {
		t.Fatalf("the agent is to say it again: %v", err)
	}
	if got := s.now().Operation; got == nil || got.Sync.Revision != "b" {
		t.Errorf("operation %+v, want the newer one", got)
	}
}
