package reconcile

import (
	"fmt"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/decide"
	"github.com/fairlead/fairlead/internal/policy"
)

// windowed is a step as the project's sync windows let it be: what begins by
// itself waits until they open. What a person asks for begins, and is judged
// when it is to act.
//
// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/
func (w *work) windowed(step decide.Step) decide.Step {
	if step.Action != decide.Start || step.Cause == decide.Requested {
		return step
	}
	d := w.law.windows.At(w.now)
	if d.CanAutoSync {
		return step
	}
	w.closed = "automated sync waits: " + w.law.closed(d, false, w.now)
	if d.Next.IsZero() {
		return decide.Step{Action: decide.Nothing, Problem: step.Problem}
	}
	return decide.Step{Action: decide.Wait, Until: d.Next, Problem: step.Problem}
}

// waitsForWindow holds an operation in progress while a window is in its way,
// and says so in its state, in Argo CD's words.
func (r *Reconciler) waitsForWindow(w *work, op v1alpha1.Operation) bool {
	state, manual := w.memory.Status.OperationState, !op.InitiatedBy.Automated
	if state == nil || w.law.windows.MayContinue(manual, state.StartedAt.Time, w.now) {
		return false
	}
	d := w.law.windows.At(w.now)
	why := w.law.closed(d, manual, w.now)
	held := *state
	held.Message = "Sync operation blocked by sync window: " + why
	w.memory.Status.OperationState = &held
	w.closed = "sync waits: " + why
	w.wakeAt(d.Next)
	return true
}

// closed says which windows are in the way, and until when.
func (l *law) closed(d policy.Decision, manual bool, now time.Time) string {
	opens := l.windows.Opens(manual, now)
	if opens.IsZero() {
		return d.Reason()
	}
	return fmt.Sprintf("%s; until %s", d.Reason(), opens.UTC().Format(time.RFC3339))
}
