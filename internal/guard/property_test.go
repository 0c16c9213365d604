package guard

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// past is one deletion that happened.
type past struct {
	at   time.Time
	size int // before it
}

// Whatever the rounds, the restarts and the times between them: in no ten
// minutes go more than five or a tenth of what there was at their start, and
// never all of what had more than three.
func TestNoWindowLosesMoreThanItsLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := Default()
		now := noon
		live := victims(0, rapid.IntRange(0, 120).Draw(t, "size"))
		next := len(live)
		born := map[string]time.Time{}
		var w Window
		var gone []past
		open := false
		for range rapid.IntRange(1, 30).Draw(t, "rounds") {
			now = now.Add(time.Duration(rapid.IntRange(0, 240_000).Draw(t, "milliseconds")) * time.Millisecond)
			grow := rapid.SampledFrom([]int{0, 0, 0, 1, 20}).Draw(t, "grow")
			for _, v := range victims(next, grow) {
				born[v.UID] = now
				live = append(live, v)
			}
			next += grow
			in := Input{Now: now, Scope: "set", Size: len(live), Window: w, Limits: limits, Open: open}
			for _, v := range live {
				if at, ok := born[v.UID]; ok && now.Sub(at) < limits.Window {
					in.Grown++
				}
			}
			in.Victims = slices.Clone(live[:rapid.IntRange(0, min(len(live), 15)).Draw(t, "lose")])
			v := Judge(in)
			if len(v.Held) > 0 && len(v.Delete) > 0 {
				t.Fatalf("a part went: %d of %d", len(v.Delete), len(in.Victims))
			}
			open = len(v.Held) > 0
			w = v.Window
			for range v.Delete {
				gone = append(gone, past{now, len(live)})
				live = live[1:]
			}
			check(t, gone, now, limits)
		}
	})
}

func check(t *rapid.T, gone []past, now time.Time, limits Limits) {
	n, size := 0, 0
	for _, p := range gone {
		if now.Sub(p.at) < limits.Window {
			if n == 0 {
				size = p.size
			}
			n++
		}
	}
	if n > limits.Of(size) {
		t.Fatalf("%d of %d went within %s", n, size, limits.Window)
	}
	if n > 0 && n >= size && size > few {
		t.Fatalf("all of %d went", size)
	}
}

// Later is never stricter, for the same victims and without new losses.
func TestWaitingNeverHoldsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := Input{Now: noon, Scope: "set", Size: rapid.IntRange(1, 100).Draw(t, "size"), Limits: Default()}
		in.Victims = victims(0, rapid.IntRange(0, 6).Draw(t, "first"))
		v := Judge(in)
		in.Window, in.Size = v.Window, max(in.Size-len(v.Delete), 0)
		in.Victims = victims(10, min(in.Size, rapid.IntRange(0, 6).Draw(t, "second")))
		early := rapid.IntRange(0, 900).Draw(t, "early")
		in.Now = noon.Add(time.Duration(early) * time.Second)
		before := Judge(in)
		in.Now = in.Now.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "later")) * time.Second)
		after := Judge(in)
		if len(before.Held) == 0 && len(after.Held) > 0 {
			t.Fatalf("held later only: %s", after.Reason)
		}
	})
}

// A digest stands for a set of victims: their order and the time are nothing
// to it, and one victim more or less makes another.
func TestDigestIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := victims(0, rapid.IntRange(7, 40).Draw(t, "victims"))
		mixed := rapid.Permutation(all).Draw(t, "order")
		in := Input{Now: noon, Scope: "set", Size: 40, Victims: all, Limits: Default()}
		a := Judge(in)
		in.Victims, in.Now = mixed, noon.Add(time.Hour)
		if b := Judge(in); a.Digest != b.Digest || a.Digest == "" {
			t.Fatalf("%q and %q", a.Digest, b.Digest)
		}
		in.Victims = mixed[1:]
		if b := Judge(in); b.Digest == a.Digest {
			t.Fatal("one fewer, and the digest is the same")
		}
	})
}
