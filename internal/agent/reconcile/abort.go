package reconcile

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/state"
	"github.com/fairlead/fairlead/internal/agent/status"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/delivery"
)

// abortTimeout bounds the wait for running hooks to be gone.
const abortTimeout = 10 * time.Second

// Words of Argo CD's for an operation that was terminated.
const (
	terminated       = "Operation terminated"
	terminatedPartly = "Operation termination had errors"
)

// errAborted breaks an attempt off.
var errAborted = errors.New("the operation is to end before it is done")

// isAborted tells whether the hub wants the running operation to end.
func isAborted(held state.Application) bool {
	s := held.Memory.Status.OperationState
	return held.Memory.Running != nil && s != nil && held.Bundle.GetAbortOperation() == delivery.RunningID(s)
}

// abort ends the running operation if the hub wants it to, wherever it stands.
func (r *Reconciler) abort(ctx context.Context, w *work) error {
	if !isAborted(w.held) {
		return nil
	}
	return r.terminate(ctx, w)
}

// terminate the running operation as Argo CD does: hooks that are still running
// are deleted, what was applied stays, and it is not tried again.
func (r *Reconciler) terminate(ctx context.Context, w *work) error {
	managed := w.managed()
	ended, left, err := w.engine(r).EndHooks(ctx, w.owner, w.hooksOf(managed), abortTimeout)
	if ctx.Err() != nil {
		return ctx.Err() // goes on where it was, after the restart
	}
	if left = managed.Minus(w.hooksOf(managed)).Union(left); len(left) != len(managed) {
		if err := r.keepInventory(w)(ctx, left); err != nil {
			return err
		}
	}
	r.amend(w, status.Results(ended))
	phase, message := v1alpha1.OperationFailed, terminated
	if err != nil {
		phase, message = v1alpha1.OperationError, terminatedPartly+": "+err.Error()
	}
	dry := w.operation().Sync != nil && w.operation().Sync.DryRun
	r.finish(w, phase, message)
	if !dry {
		w.memory.Last.Aborted = true
	}
	r.opts.Logger.Info("operation aborted", "application", w.key, "hooksDeleted", len(ended))
	return nil
}

// hooksOf the running operation; none if it runs none.
func (w *work) hooksOf(inv apply.Inventory) apply.Inventory {
	sync := w.operation().Sync
	if w.memory.Running.Drift || sync == nil || sync.DryRun || sync.IsApplyStrategy() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(inv), func(e apply.Entry) bool { return !e.Hook })
}

// amend the results of the operation by these, object by object.
func (r *Reconciler) amend(w *work, results v1alpha1.ResourceResults) {
	if len(results) == 0 || w.memory.Status.OperationState.SyncResult == nil {
		return
	}
	s, sync := *w.memory.Status.OperationState, *w.memory.Status.OperationState.SyncResult
	sync.Resources = status.Amend(sync.Resources, results)
	s.SyncResult = &sync
	w.memory.Status.OperationState = &s
}

// breakable is a context that ends when the operation of a key is aborted.
func (r *Reconciler) breakable(ctx context.Context, key string) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	r.mu.Lock()
	r.attempts[key] = cancel
	r.mu.Unlock()
	r.breakOff(key) // the word may have come a moment ago
	return ctx, func() {
		r.mu.Lock()
		delete(r.attempts, key)
		r.mu.Unlock()
		cancel(nil)
	}
}

// breakOff the attempt under way, if its operation is aborted.
func (r *Reconciler) breakOff(key string) {
	r.mu.Lock()
	cancel := r.attempts[key]
	r.mu.Unlock()
	if cancel == nil {
		return
	}
	if held, _ := r.opts.State.Application(key); isAborted(held) {
		cancel(errAborted)
	}
}
