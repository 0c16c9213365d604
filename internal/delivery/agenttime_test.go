package delivery

import (
	"testing"
	"time"
)

func TestAgentTimeIsTheHighestKnown(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	clock := time.Unix(0, 0) // lost
	at := NewAgentTime(func() time.Time { return clock }, day(1), day(3))
	check := func(want time.Time) {
		t.Helper()
		if got := at.Now(); !got.Equal(want) {
			t.Errorf("now is %s, want %s", got, want)
		}
	}
	check(day(3))
	at.observeUnix(0)
	at.observeUnix(day(2).Unix())
	check(day(3))
	at.observeUnix(day(5).Unix())
	check(day(5))
	clock = day(6)
	check(day(6))
	if !at.Floor().Equal(day(5)) {
		t.Errorf("floor is %s", at.Floor())
	}
}

func TestPositionOrder(t *testing.T) {
	rising := []Position{{}, {0, 9}, {1, 0}, {1, 1}, {2, 0}}
	for i, p := range rising {
		for j, q := range rising {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := p.Compare(q); got != want {
				t.Errorf("%s to %s: %d", p, q, got)
			}
			if got := p.Max(q); got != rising[max(i, j)] {
				t.Errorf("max of %s and %s: %s", p, q, got)
			}
		}
		if PositionOf(p.Message()) != p {
			t.Errorf("%s changes over the wire", p)
		}
	}
}
