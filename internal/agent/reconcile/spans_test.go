package reconcile

import (
	"encoding/json"
	"testing"
	"time"

	clocks "k8s.io/utils/clock/testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/state"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/health"
)

// What an object has been since is kept: while it cannot be read, over a
// restart, and before there is a limit; the next look is when the limit is over.
func TestSpansAreKept(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 678, time.UTC)
	clock := clocks.NewFakeClock(start)
	book := &health.Book{}
	r := New(Options{Clock: clock, Rules: book})
	ref := apply.Ref{Group: "example.com", Version: "v1", Kind: "Widget", Namespace: "n", Name: "w"}
	waits := apply.Item{Ref: ref, State: apply.StateSynced, Generation: 1,
		Health: v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusProgressing, Message: "it starts"}}
	unread := apply.Item{Ref: ref, State: apply.StateUnknown, Reason: apply.ReasonError}
	healthy := waits
	healthy.Health = v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusHealthy}
	another := waits
	another.Generation = 2

	var memory state.Memory
	look := func(item apply.Item) (v1alpha1.HealthStatusCode, *work) {
		raw, err := json.Marshal(memory)
		if err != nil {
			t.Fatal(err)
		}
		w := &work{items: []apply.Item{item}}
		if err := json.Unmarshal(raw, &w.memory); err != nil {
			t.Fatal(err)
		}
		got := r.timed(w)[0].Health.Status
		if w.items[0].Health != item.Health {
			t.Error("the item itself was changed: it would be counted from anew")
		}
		memory = w.memory
		return got, w
	}
	if code, w := look(waits); code != v1alpha1.HealthStatusProgressing || !w.wake.IsZero() {
		t.Errorf("without a limit: %s, looks again at %s", code, w.wake)
	}
	clock.Step(time.Hour)
	look(unread)
	book.Take(map[string]string{health.TimeoutsKey: "default: 2h"})
	if code, w := look(waits); code != v1alpha1.HealthStatusProgressing || !w.wake.Equal(start.Add(2*time.Hour)) {
		t.Errorf("within the limit: %s, looks again at %s, want %s", code, w.wake, start.Add(2*time.Hour))
	}
	clock.Step(time.Hour)
	for range 2 {
		if code, w := look(waits); code != v1alpha1.HealthStatusDegraded || !w.wake.IsZero() {
			t.Errorf("at the limit: %s, looks again at %s", code, w.wake)
		}
	}
	if got := r.expiry(&work{memory: memory})(ref, 1, waits.Health); got.Status != v1alpha1.HealthStatusDegraded {
		t.Errorf("a wave sees %v", got)
	}
	if got := r.expiry(&work{memory: memory})(ref, 2, waits.Health); got != waits.Health {
		t.Errorf("a wave of another spec sees %v", got)
	}
	if code, _ := look(another); code != v1alpha1.HealthStatusProgressing {
		t.Errorf("another spec is %s at once", code)
	}
	if look(healthy); len(memory.Spans) != 0 {
		t.Errorf("what is healthy is remembered: %v", memory.Spans)
	}
}
