package apply

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// longer is the next pause: half as long again, up to ten times the first.
func (e *Engine) longer(wait time.Duration) time.Duration {
	return min(wait+wait/2, 10*e.opts.Poll)
}

// awaitHealthy waits until every object of a wave is healthy or has no health.
// A degraded one, or the end of the time, fails the sync. The health of applied
// is kept up to date.
func (r *run) awaitHealthy(ctx context.Context, wave int, applied []ItemResult) {
	e := r.engine
	if r.req.WaveTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.req.WaveTimeout)
		defer cancel()
	}
	var waiting []*ItemResult
	for i := range applied {
		waiting = append(waiting, &applied[i])
	}
	for wait := e.opts.Poll; ; wait = e.longer(wait) {
		var rest []*ItemResult
		for _, item := range waiting {
			item.Health = r.expired(*item)
			switch item.Health.Status {
			case "", v1alpha1.HealthStatusHealthy:
			case v1alpha1.HealthStatusDegraded:
				r.update([]*ItemResult{item})
				r.fail(fmt.Sprintf("%s is Degraded: %s", item.Ref, item.Health.Message))
			default:
				rest = append(rest, item)
			}
		}
		if waiting = rest; len(waiting) == 0 || r.failed() {
			return
		}
		if pause(ctx, wait) != nil {
			r.await(notHealthy(wave, waiting))
			return
		}
		each(ctx, e.opts.Parallel, len(waiting), func(i int) {
			*waiting[i] = e.reread(ctx, *waiting[i])
		})
		r.update(waiting)
	}
}

// reread reads an object's health again; a failed read leaves it as it was.
func (e *Engine) reread(ctx context.Context, item ItemResult) ItemResult {
	_, live, err := e.find(ctx, item.Ref)
	switch {
	case err != nil:
		return item
	case live == nil:
		item.Health = v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusMissing, Message: "deleted while its wave was waited for"}
		return item
	}
	return item.showing(e.look(live))
}

// update replaces the health of reported items and tells the caller.
func (r *run) update(items []*ItemResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, item := range items {
		for i := range r.items {
			if r.items[i].Ref != item.Ref || r.items[i].Health == item.Health {
				continue
			}
			r.items[i].Health = item.Health
			if r.req.Progress != nil {
				r.req.Progress(r.items[i])
			}
		}
	}
}

func notHealthy(wave int, waiting []*ItemResult) string {
	var parts []string
	for _, item := range waiting {
		part := fmt.Sprintf("%s is %s", item.Ref, item.Health.Status)
		if item.Health.Message != "" {
			part += " (" + item.Health.Message + ")"
		}
		parts = append(parts, part)
		if len(parts) == 5 && len(waiting) > 5 {
			parts = append(parts, fmt.Sprintf("and %d more", len(waiting)-5))
			break
		}
	}
	return fmt.Sprintf("wave %d did not become healthy in time: %s", wave, strings.Join(parts, ", "))
}
