package status

import "github.com/fairlead/fairlead/api/v1alpha1"

// A person, or a tool of Argo CD's, ends a running operation by writing phase
// Terminating. The agent may report that it runs before it has heard of it:
// that must not undo the word.

// keepAbort is what an agent said, with the phase Terminating if somebody wants
// the operation that it says is running to end.
func keepAbort(app *v1alpha1.Application, said *v1alpha1.ApplicationStatus) *v1alpha1.ApplicationStatus {
	if !terminating(app) || !sameRunning(app, said) {
		return said
	}
	out, state := *said, *said.OperationState
	state.Phase = v1alpha1.OperationTerminating
	out.OperationState = &state
	return &out
}

// unlessAborted tests that nobody has written Terminating since app was seen.
func unlessAborted(app *v1alpha1.Application, said *v1alpha1.ApplicationStatus) []operation {
	if phaseOf(app) != v1alpha1.OperationRunning || !sameRunning(app, said) {
		return nil
	}
	return []operation{{Op: "test", Path: "/status/operationState/phase", Value: v1alpha1.OperationRunning}}
}

// sameRunning: the agent says that the operation which app shows is running.
func sameRunning(app *v1alpha1.Application, said *v1alpha1.ApplicationStatus) bool {
	is, was := said.OperationState, app.Status.OperationState
	return is != nil && was != nil && is.Phase == v1alpha1.OperationRunning && is.StartedAt.Equal(&was.StartedAt)
}

func terminating(app *v1alpha1.Application) bool {
	return phaseOf(app) == v1alpha1.OperationTerminating
}

func phaseOf(app *v1alpha1.Application) v1alpha1.OperationPhase {
	if app.Status.OperationState == nil {
		return ""
	}
	return app.Status.OperationState.Phase
}
