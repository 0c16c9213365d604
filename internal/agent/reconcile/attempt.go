package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/decide"
	"github.com/fairlead/fairlead/internal/agent/state"
	"github.com/fairlead/fairlead/internal/agent/status"
	"github.com/fairlead/fairlead/internal/apply"
)

// Bounds of one attempt, so that an Application that waits does not keep a
// worker: what is not healthy or not gone by then is waited for by the watches.
const (
	waveTimeout  = 5 * time.Second
	pruneTimeout = 5 * time.Second
	// settleLimit bounds the wait until the watches show what was applied.
	settleLimit = time.Second
)

// attempt runs the operation in progress once, and judges how it went.
func (r *Reconciler) attempt(ctx context.Context, w *work) error {
	op := w.operation()
	if r.waitsForWindow(w, op) {
		return nil
	}
	during, done := r.breakable(ctx, w.key)
	defer done()
	do, err := r.manifestsFor(during, w, op)
	if err != nil && errors.Is(context.Cause(during), errAborted) {
		return r.terminate(ctx, w)
	}
	if err != nil {
		return r.concluded(w, decide.After(decide.Outcome{
			Failed: true, Retries: w.memory.Status.OperationState.RetryCount, Retry: w.retry(op)}, r.opts.Clock.Now()), err.Error())
	}
	w.begin(do)
	r.announce(w, op, do)
	before := r.observed(do.manifests.Inventory())
	result, err := w.law.engine.Sync(during, r.syncRequest(w, op, do))
	if ctx.Err() != nil {
		return ctx.Err() // goes on where it was, after the restart
	}
	r.remember(w, op, do, result)
	if errors.Is(context.Cause(during), errAborted) {
		return r.terminate(ctx, w)
	}
	message := result.Message
	if err != nil && message == "" {
		message = err.Error()
	}
	if !op.Sync.DryRun {
		r.settle(ctx, result.Items, before)
		if err := r.inspect(ctx, w); err != nil {
			return err
		}
		w.memory.Leftover = r.leftBehind(w, result.Items)
	}
	waits := result.Waiting || result.Failed && onlyWaits(result)
	verdict := decide.After(decide.Outcome{
		Failed:  err != nil || result.Failed && !waits,
		Waiting: waits,
		Retries: w.memory.Status.OperationState.RetryCount, Retry: w.retry(op),
	}, r.opts.Clock.Now())
	return r.concluded(w, verdict, message)
}

// begin with these revisions: retries go back to them.
func (w *work) begin(do doing) {
	running := *w.memory.Running
	running.Revisions = do.revisions
	w.memory.Running = &running
}

// retry strategy of an operation: its own, else the Application's.
func (w *work) retry(op v1alpha1.Operation) v1alpha1.RetryStrategy {
	if op.Retry.Limit != 0 || op.Retry.Backoff != nil || op.InitiatedBy.Automated {
		return op.Retry
	}
	if p := w.app.Spec.SyncPolicy; p != nil && p.Retry != nil {
		return *p.Retry
	}
	return v1alpha1.RetryStrategy{}
}

// refreshed is an operation that forgets what revision it asked for, so that
// what the Application wants by now is synced, as in Argo CD.
func refreshed(op v1alpha1.Operation) v1alpha1.Operation {
	sync := *op.Sync
	sync.Revision, sync.Revisions = "", nil
	op.Sync = &sync
	return op
}

// announce an attempt before it is made: on disk, so that a crash is followed
// by another attempt of the same operation, and in the status.
func (r *Reconciler) announce(w *work, op v1alpha1.Operation, do doing) {
	s := *w.memory.Status.OperationState
	s.Phase = v1alpha1.OperationRunning
	s.SyncResult = do.result(w, op, nil)
	if last := w.memory.Status.OperationState.SyncResult; last != nil {
		s.SyncResult.Resources = last.Resources
	}
	w.memory.Status.OperationState = &s
	r.judge(w)
	if err := r.opts.State.SaveMemory(w.key, w.memory); err != nil {
		r.opts.Logger.Error(err, "the operation is kept in memory only", "application", w.key)
	}
	if err := r.tell(w); err != nil {
		r.opts.Logger.Error(err, "status was not reported", "application", w.key)
	}
}

// remember what the engine did.
func (r *Reconciler) remember(w *work, op v1alpha1.Operation, do doing, result *apply.SyncResult) {
	s := *w.memory.Status.OperationState
	s.SyncResult = do.result(w, op, result.Items)
	w.memory.Status.OperationState = &s
	if op.Sync.DryRun {
		return
	}
	w.held.Inventory = result.Inventory.Union(w.withheld())
	byRef := map[apply.Ref]state.Applied{}
	for _, a := range w.memory.Applied {
		byRef[a.Ref] = a
	}
	for _, item := range result.Items {
		delete(byRef, item.Ref)
		if item.Digest != "" {
			byRef[item.Ref] = state.Applied{Ref: item.Ref, Digest: item.Digest, Signature: item.Signature}
		}
	}
	w.memory.Applied = w.memory.Applied[:0]
	for _, a := range byRef {
		w.memory.Applied = append(w.memory.Applied, a)
	}
	slices.SortFunc(w.memory.Applied, func(a, b state.Applied) int { return a.Ref.Compare(b.Ref) })
	for _, item := range result.Items {
		if item.Kind == "CustomResourceDefinition" && item.Outcome == apply.Synced && item.Changed {
			r.watches.Nudge()
		}
	}
}

// observed signatures before a sync.
func (r *Reconciler) observed(inv apply.Inventory) map[apply.Ref]string {
	out := make(map[apply.Ref]string, len(inv))
	for _, e := range inv {
		seen, _ := r.watches.Observe(e.Ref)
		out[e.Ref] = seen.Signature
	}
	return out
}

// settle waits until the watches show what was changed, so that comparing
// needs no request; within limits, since a kind may have no watch yet.
func (r *Reconciler) settle(ctx context.Context, items []apply.ItemResult, before map[apply.Ref]string) {
	ctx, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	for _, item := range items {
		for item.Changed && item.Outcome == apply.Synced {
			if seen, ok := r.watches.Observe(item.Ref); ok && seen.Signature != before[item.Ref] {
				break
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
}

// leftBehind identifies what a sync has left out of sync although nobody else
// has touched it since. What it did not try was left behind before, or is new.
func (r *Reconciler) leftBehind(w *work, results []apply.ItemResult) []string {
	tried := map[apply.Ref]apply.ItemResult{}
	for _, res := range results {
		tried[res.Ref] = res
	}
	var stuck []apply.Item
	for _, item := range w.items {
		seen, _ := r.watches.Observe(item.Ref)
		res, ok := tried[item.Ref]
		if ok && (res.Signature == "" || res.Signature == seen.Signature) || !ok && w.wasLeft(leftover(item.Ref, seen.Signature)) {
			stuck = append(stuck, item)
		}
	}
	return r.leftovers(stuck)
}

// onlyWaits tells a sync that met no refusal, and stopped at a wave that is not
// healthy yet.
func onlyWaits(result *apply.SyncResult) bool {
	waiting := false
	for _, item := range result.Items {
		if item.Outcome == apply.SyncFailed || item.Health.Status == v1alpha1.HealthStatusDegraded {
			return false
		}
		switch item.Health.Status {
		case v1alpha1.HealthStatusProgressing, v1alpha1.HealthStatusMissing, v1alpha1.HealthStatusSuspended, v1alpha1.HealthStatusUnknown:
			waiting = true
		}
	}
	return waiting
}

// concluded writes down how an attempt went.
func (r *Reconciler) concluded(w *work, v decide.Verdict, message string) error {
	if v.Phase != v1alpha1.OperationRunning {
		if v.Phase == v1alpha1.OperationSucceeded {
			message = "successfully synced (all tasks run)"
		}
		if n := w.memory.Status.OperationState.RetryCount; n > 0 {
			message = fmt.Sprintf("%s (retried %d times).", message, n)
		}
		r.finish(w, v.Phase, message)
		if v.Phase == v1alpha1.OperationFailed {
			w.syncError = "last sync failed: " + status.Shorten(message)
		}
		if !r.noProgress(w) || v.Phase == v1alpha1.OperationFailed {
			r.queue.Add(w.key) // what has moved meanwhile is looked at again
		}
		return nil
	}
	running, s := *w.memory.Running, *w.memory.Status.OperationState
	running.NextAt, running.Waiting = v.NextAt, !v.Counts
	s.Message = status.Shorten(message)
	if v.Counts {
		if w.retry(s.Operation).Refresh {
			running.Revisions = nil
			s.Operation = refreshed(s.Operation)
		}
		s.RetryCount++
		w.syncError = fmt.Sprintf("sync failed, trying again: %s", strings.TrimSpace(s.Message))
		s.Message = fmt.Sprintf("%s. Retrying attempt #%d at %s.", s.Message, s.RetryCount, v.NextAt.Format(time.Kitchen))
	}
	w.memory.Running, w.memory.Status.OperationState = &running, &s
	w.wakeAt(v.NextAt)
	return nil
}
