package writers

import (
	"context"
	"testing"
	"time"
)

// A set alone has all writers; another one gets its part as soon as some are
// given back.
func TestWritersAreSharedFairly(t *testing.T) {
	w := of(8)
	leaveBig := w.Enter("big")
	for range 8 {
		if !w.Take(t.Context(), "big") {
			t.Fatal("not all writers for a set alone")
		}
	}
	leaveSmall := w.Enter("small")
	if !w.Take(t.Context(), "small") {
		t.Fatal("a small set waits for a big one")
	}
	taken := make(chan bool)
	go func() { taken <- w.Take(context.Background(), "big") }()
	for range 4 {
		w.Give("big")
		select {
		case <-taken:
			t.Fatal("the big set has more than its part")
		case <-time.After(10 * time.Millisecond):
		}
	}
	w.Give("big")
	if !<-taken {
		t.Fatal("the big set does not go on")
	}
	w.Give("small")
	leaveSmall()
	for range 4 {
		w.Take(t.Context(), "big")
	}
	leaveBig()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if w.Enter("late"); w.Take(ended, "late") {
		t.Error("a writer was taken after the end")
	}
}

// While the sets are busy little is written in the background, but something.
func TestTheBackgroundStepsBack(t *testing.T) {
	w := of(8)
	aside := func(ctx context.Context) func() {
		done, err := w.Aside(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	defer w.Enter("big")()
	for range 4 { // half of them: crowded
		w.Take(t.Context(), "big")
	}
	first := aside(t.Context())
	full, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := w.Aside(full); err == nil {
		t.Fatal("more is written in the background than beside a busy set")
	}
	first()
	defer aside(t.Context())()

	more := make(chan func())
	go func() { more <- aside(context.Background()) }()
	w.Give("big") // no longer crowded
	(<-more)()
}
