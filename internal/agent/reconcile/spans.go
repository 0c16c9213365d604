package reconcile

import (
	"slices"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/state"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/health"
)

// timed are the items with the limits of time: what has been Progressing or
// Suspended for too long is Degraded. It remembers since when each has been so,
// whether it is limited or not, and looks again when the next limit is over.
func (r *Reconciler) timed(w *work) []apply.Item {
	if w.items == nil {
		return nil // nothing was looked at
	}
	limits, now := r.opts.Rules.Rules().Limits(), r.opts.Clock.Now().UTC().Round(0)
	last, out := spansBy(w.memory.Spans), slices.Clone(w.items)
	w.memory.Spans = nil
	for i, item := range out {
		span, known := last[item.Identity()]
		switch {
		case item.State == apply.StateUnknown && known: // it could not be looked at
		case item.Health.Status == v1alpha1.HealthStatusProgressing, item.Health.Status == v1alpha1.HealthStatusSuspended:
			span = span.Next(item.Health.Status, item.Generation, now)
		default:
			continue
		}
		w.memory.Spans = append(w.memory.Spans, state.Span{Ref: item.Ref, Span: span})
		gk := item.GroupVersionKind().GroupKind()
		out[i].Health = limits.Expire(gk, item.Health, span.Since, now)
		if at, limited := limits.Deadline(gk, item.Health, span.Since); limited && now.Before(at) {
			w.wakeAt(at)
		}
	}
	return out
}

// expiry is timed for the objects of a wave that is waited for.
func (r *Reconciler) expiry(w *work) func(apply.Ref, int64, v1alpha1.HealthStatus) v1alpha1.HealthStatus {
	spans := spansBy(w.memory.Spans)
	return func(ref apply.Ref, generation int64, h v1alpha1.HealthStatus) v1alpha1.HealthStatus {
		span := spans[ref.Identity()]
		if !span.Is(h.Status, generation) {
			return h
		}
		limits := r.opts.Rules.Rules().Limits()
		return limits.Expire(ref.GroupVersionKind().GroupKind(), h, span.Since, r.opts.Clock.Now())
	}
}

func spansBy(list []state.Span) map[apply.Ref]health.Span {
	out := make(map[apply.Ref]health.Span, len(list))
	for _, s := range list {
		out[s.Identity()] = s.Span
	}
	return out
}
