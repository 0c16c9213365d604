package reconcile

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/fairlead/fairlead/internal/agent/status"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// judge writes the status.
func (r *Reconciler) judge(w *work) {
	in := status.Input{
		Now: r.opts.Clock.Now(), Spec: w.app.Spec, Previous: w.memory.Status,
		Namespace: w.owner.Namespace, Name: w.owner.Name, Starting: w.isStarting(),
		Revisions: w.target.revisions, Items: r.timed(w),
		Operation: w.memory.Status.OperationState, History: w.memory.Status.History,
		ComparisonError: w.problem, SyncError: w.syncError, Orphaned: w.held.Orphaned,
		InvalidSpec: w.law.saysForbidden(), Window: w.closed, Strays: r.strays(w),
	}
	if good := w.memory.Good; good != nil {
		in.SourceTypes, in.Images = good.SourceTypes, good.Images
		in.Warnings = slices.Concat(good.Warnings, good.Ignored)
		if len(in.Revisions) == 0 {
			in.Revisions = good.Revisions
		}
	}
	for _, item := range w.items {
		in.URLs = append(in.URLs, r.watches.URLs(item.Ref)...)
	}
	slices.Sort(in.URLs)
	in.URLs = slices.Compact(in.URLs)
	w.memory.Status = status.Of(in)
}

// isStarting: an operation begins, whose own message says what for.
func (w *work) isStarting() bool {
	running := w.memory.Running
	return running != nil && !running.Waiting && running.NextAt.IsZero()
}

// conclude keeps what was learnt and reports it.
func (r *Reconciler) conclude(w *work) error {
	v := w.view
	v.bundle, v.version = w.held.Bundle.GetDigest(), r.opts.Cluster.Version()
	v.compared, v.items = w.items != nil, w.items
	v.problem, v.syncError = w.problem, w.syncError
	if err := r.opts.State.SaveMemory(w.key, w.memory); err != nil {
		r.opts.Logger.Error(err, "what was learnt is kept in memory only", "application", w.key)
	}
	return r.tell(w)
}

// tell the hub the status.
func (r *Reconciler) tell(w *work) error {
	raw, err := json.Marshal(w.memory.Status)
	if err != nil {
		return fmt.Errorf("write status of %s: %w", w.key, err)
	}
	r.opts.Reports.Status(&deliveryv1.ApplicationReport{
		Namespace: w.held.Bundle.GetNamespace(), Name: w.held.Bundle.GetName(), Uid: w.held.Bundle.GetUid(),
		BundleDigest: w.held.Bundle.GetDigest(), Status: raw,
		OperationId: w.memory.OperationID, Orphaned: w.held.Orphaned,
	})
	return nil
}
