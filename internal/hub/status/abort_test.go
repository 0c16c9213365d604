package status_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// behind answers with the Application as it was when it was made.
type behind struct{ app *v1alpha1.Application }

func (b behind) Application(string, string) *v1alpha1.Application { return b.app.DeepCopy() }

// in is a status whose operation is in this phase.
func in(phase v1alpha1.OperationPhase, began time.Time) v1alpha1.ApplicationStatus {
	said := synced("c1")
	said.OperationState = &v1alpha1.OperationState{Phase: phase, StartedAt: metav1.NewTime(began)}
	return said
}

func TestAnAbortStandsUntilTheAgentHasHeardOfIt(t *testing.T) {
	s := newSite(t)
	began := time.Now().UTC().Truncate(time.Second)
	tell := func(said v1alpha1.ApplicationStatus) {
		t.Helper()
		if err := s.Report(t.Context(), "one", s.report(said, "")); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(why string, want v1alpha1.OperationPhase) {
		t.Helper()
		if got := s.now().Status.OperationState.Phase; got != want {
			t.Errorf("%s: phase %s, want %s", why, got, want)
		}
	}
	terminate := func() {
		t.Helper()
		app := s.now()
		app.Status.OperationState.Phase = v1alpha1.OperationTerminating
		if err := s.Status().Update(t.Context(), app); err != nil {
			t.Fatal(err)
		}
	}
	tell(in(v1alpha1.OperationRunning, began))
	seen := s.now()
	terminate()
	tell(in(v1alpha1.OperationRunning, began))
	expect("the agent goes on", v1alpha1.OperationTerminating)

	progress := in(v1alpha1.OperationRunning, began)
	progress.OperationState.Message = "more"
	s.Applications = behind{seen} // a cache that has not seen the abort
	tell(progress)
	expect("the agent goes on, and the hub's view is old", v1alpha1.OperationTerminating)
	if got := s.now().Status.OperationState.Message; got != "more" {
		t.Errorf("the rest of the report is lost: message %q", got)
	}
	s.Applications = last{s}

	tell(in(v1alpha1.OperationFailed, began))
	expect("the agent has ended it", v1alpha1.OperationFailed)

	// Too late: the operation was over. What the agent says stands again.
	terminate()
	tell(in(v1alpha1.OperationFailed, began))
	expect("it was over", v1alpha1.OperationFailed)

	terminate()
	tell(in(v1alpha1.OperationRunning, began.Add(time.Minute)))
	expect("it is another operation", v1alpha1.OperationRunning)
}
