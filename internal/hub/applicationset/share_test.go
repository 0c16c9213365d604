package applicationset

import (
	"context"
	"testing"
	"time"
)

// A set alone has all writers; another one gets its part as soon as some are
// given back.
func TestWritersAreSharedFairly(t *testing.T) {
	s := newShares(8)
	leaveBig := s.enter("big")
	for range 8 {
		if !s.take(t.Context(), "big") {
			t.Fatal("not all writers for a set alone")
		}
	}
	leaveSmall := s.enter("small")
	if !s.take(t.Context(), "small") {
		t.Fatal("a small set waits for a big one")
	}
	taken := make(chan bool)
	go func() { taken <- s.take(context.Background(), "big") }()
	for range 4 {
		s.give("big")
		select {
		case <-taken:
			t.Fatal("the big set has more than its part")
		case <-time.After(10 * time.Millisecond):
		}
	}
	s.give("big")
	if !<-taken {
		t.Fatal("the big set does not go on")
	}
	s.give("small")
	leaveSmall()
	for range 4 {
		s.take(t.Context(), "big")
	}
	leaveBig()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if s.enter("late"); s.take(ended, "late") {
		t.Error("a writer was taken after the end")
	}
}
