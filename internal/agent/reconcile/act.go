package reconcile

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/decide"
	"github.com/fairlead/fairlead/internal/agent/state"
	"github.com/fairlead/fairlead/internal/agent/status"
	"github.com/fairlead/fairlead/internal/apply"
)

// act decides on one step and takes it.
func (r *Reconciler) act(ctx context.Context, w *work) error {
	in := r.input(w)
	if decide.Superseded(in) {
		r.finish(w, v1alpha1.OperationFailed, "superseded: the application has another target, or another sync was asked for")
		in.Running, in.Last = nil, attempt(w.memory.Last)
	}
	if r.isLifted(w.key) {
		in = lift(in)
	}
	step := w.windowed(decide.Next(in))
	r.opts.Logger.V(1).Info("decided", "application", w.key, "action", step.Action, "cause", step.Cause,
		"outOfSync", in.Compared.OutOfSync, "prunable", in.Compared.Prunable, "noProgress", in.Compared.NoProgress, "stale", in.Compared.Stale)
	w.syncError = step.Problem
	switch step.Action {
	case decide.Wait:
		w.wakeAt(step.Until)
	case decide.Start:
		if !r.start(w, step) {
			return nil
		}
		return r.attempt(ctx, w)
	case decide.Continue:
		return r.attempt(ctx, w)
	}
	return nil
}

// lift takes the pauses after a failure away.
func lift(in decide.Input) decide.Input {
	if in.Last != nil && !in.Last.Succeeded && !in.Last.Aborted {
		in.Last = nil
	}
	if in.Running != nil {
		running := *in.Running
		running.NextAt = in.Now
		in.Running = &running
	}
	return in
}

// input is what a decision depends on.
func (r *Reconciler) input(w *work) decide.Input {
	in := decide.Input{
		Now: w.now, Target: w.target.id, Policy: w.policy, Requested: w.requested(),
		Last: attempt(w.memory.Last), Healing: w.view.budget(driftedRefs(w.items, w.policy.Prune), w.now),
		Compared: decide.Compared{Stale: w.stale(), NoProgress: r.noProgress(w)},
	}
	if w.manifests != nil {
		in.Compared.Wanted = len(w.manifests.Objects()) + len(w.manifests.Refused())
	}
	for _, item := range w.items {
		switch {
		case !actionable(item):
		case item.Reason == apply.ReasonNotPermitted && w.memory.Last != nil && w.memory.Last.Target == w.target.id:
			// Tried and refused: it must not keep the others from being healed.
		case item.Reason == apply.ReasonPrune:
			in.Compared.Prunable++
		default:
			in.Compared.OutOfSync++
		}
	}
	if m := w.memory.Running; m != nil {
		in.Running = &decide.Running{Target: m.Target, Waiting: m.Waiting, NextAt: m.NextAt,
			Automated: w.operation().InitiatedBy.Automated}
	}
	return in
}

func attempt(a *state.Attempt) *decide.Attempt {
	if a == nil {
		return nil
	}
	return &decide.Attempt{Target: a.Target, Succeeded: a.Succeeded, Aborted: a.Aborted, Message: a.Message, FinishedAt: a.FinishedAt}
}

// operation in progress, or the last one.
func (w *work) operation() v1alpha1.Operation {
	if s := w.memory.Status.OperationState; s != nil {
		return s.Operation
	}
	return v1alpha1.Operation{}
}

// start an operation; false if it ended with its start.
func (r *Reconciler) start(w *work, step decide.Step) bool {
	if step.Cause == decide.Drift {
		w.healed = w.view.spend(driftedRefs(w.items, step.Prune), w.now)
	}
	op, err := r.operationFor(w, step)
	w.memory.Status.OperationState = &v1alpha1.OperationState{
		Operation: op, Phase: v1alpha1.OperationRunning, StartedAt: status.At(w.now), Message: status.Syncing(w.items),
	}
	w.memory.Running = &state.Running{Target: w.effective(), Prune: op.Sync != nil && op.Sync.Prune, Drift: step.Cause == decide.Drift}
	if err != nil {
		r.finish(w, v1alpha1.OperationError, err.Error())
		return false
	}
	return true
}

// operationFor a step: the user's, or one made by policy.
func (r *Reconciler) operationFor(w *work, step decide.Step) (v1alpha1.Operation, error) {
	if step.Cause == decide.Requested {
		requested := w.held.Bundle.GetOperation()
		w.memory.OperationID = requested.GetId()
		var op v1alpha1.Operation
		if err := json.Unmarshal(requested.GetOperation(), &op); err != nil {
			return op, fmt.Errorf("the requested operation cannot be read: %w", err)
		}
		return op, checkOperation(op)
	}
	op := v1alpha1.Operation{
		Sync:        &v1alpha1.SyncOperation{Prune: step.Prune},
		InitiatedBy: step.Cause.Initiator(),
		Retry:       w.policy.Retry,
	}
	if w.app.Spec.HasMultipleSources() {
		op.Sync.Revisions = w.revisions()
	} else if revisions := w.revisions(); len(revisions) > 0 {
		op.Sync.Revision = revisions[0]
	}
	if p := w.app.Spec.SyncPolicy; p != nil {
		op.Sync.SyncOptions = p.SyncOptions
	}
	for _, ref := range w.healed {
		op.Sync.Resources = append(op.Sync.Resources, v1alpha1.SyncOperationResource{
			Group: ref.Group, Kind: ref.Kind, Namespace: ref.Namespace, Name: ref.Name})
	}
	return op, nil
}

// checkOperation says what this agent cannot do.
func checkOperation(op v1alpha1.Operation) error {
	switch {
	case op.Sync == nil:
		return fmt.Errorf("the requested operation has no sync: nothing was done")
	case len(op.Sync.Manifests) > 0:
		return fmt.Errorf("a sync of local manifests is not supported: commit them, and sync the commit")
	}
	return nil
}

// revisions that the manifests are of.
func (w *work) revisions() []string {
	if w.memory.Good != nil && (w.stale() || w.memory.Good.Target == w.target.id) {
		return w.memory.Good.Revisions
	}
	return w.target.revisions
}

// finish the running operation.
func (r *Reconciler) finish(w *work, phase v1alpha1.OperationPhase, message string) {
	s := w.memory.Status.OperationState
	running := w.memory.Running
	w.memory.Running = nil
	if s == nil || running == nil {
		return
	}
	done := *s
	finished := status.At(r.opts.Clock.Now())
	done.Phase, done.Message, done.FinishedAt = phase, status.Shorten(message), &finished
	w.memory.Status.OperationState = &done
	op := done.Operation
	if op.Sync != nil && op.Sync.DryRun {
		return
	}
	w.memory.Last = &state.Attempt{
		Target: running.Target, Succeeded: phase.Successful(), Message: status.Shorten(message), FinishedAt: finished.Time,
	}
	if phase.Successful() && op.Sync != nil && len(op.Sync.Resources) == 0 {
		w.memory.Status.History = status.History(w.memory.Status.History, status.Synced{
			Spec: synced(w.app.Spec, op), Revisions: resultRevisions(done), Pinned: w.pinned(resultRevisions(done)), StartedAt: done.StartedAt.Time,
			FinishedAt: finished.Time, InitiatedBy: op.InitiatedBy,
		})
	}
}

// synced is the spec as an operation had it: it may bring its own sources.
func synced(spec v1alpha1.ApplicationSpec, op v1alpha1.Operation) v1alpha1.ApplicationSpec {
	switch {
	case len(op.Sync.Sources) > 0:
		spec.Sources = op.Sync.Sources
	case op.Sync.Source != nil:
		spec.Source, spec.Sources = op.Sync.Source, nil
	}
	return spec
}

func resultRevisions(s v1alpha1.OperationState) []string {
	switch {
	case s.SyncResult == nil:
		return nil
	case len(s.SyncResult.Revisions) > 0:
		return slices.Clone(s.SyncResult.Revisions)
	default:
		return []string{s.SyncResult.Revision}
	}
}
