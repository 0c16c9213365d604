package guard

import (
	"math"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Window is the record of losses that still count, to be kept from one Verdict
// to the next Input, also across restarts. It is never changed in place.
type Window v1alpha1.DeletionWindow

// parts is how finely a window slides: losses of one part share an entry, which
// leaves the window when the last of them does.
const parts = 20

// Add counts n losses of size at now, with what has left the window dropped.
func (w Window) Add(now time.Time, l Limits, n, size int) Window {
	return w.expire(now, l.Window).add(now, l.Window, n, size)
}

// LetGo remembers the victims, and only them, as let go: Judge does not judge
// them again.
func (w Window) LetGo(victims []Victim) Window {
	return Window{Losses: w.Losses}.letGo(victims)
}

// WasLetGo returns a function that says whether the victim of a UID is among
// those that LetGo remembered.
func (w Window) WasLetGo() func(uid string) bool {
	going := w.going()
	return func(uid string) bool { return going[short(uid)] != "" }
}

// expire drops what has left the window. What claims to come from the future,
// because a clock went back or another hub's was ahead, counts as of now.
func (w Window) expire(now time.Time, length time.Duration) Window {
	out := Window{Going: w.Going}
	for _, l := range w.Losses {
		if l.At.After(now) {
			l.At = metav1.NewTime(ceil(now))
		}
		if now.Sub(l.At.Time) < length {
			out.Losses = append(out.Losses, l)
		}
	}
	slices.SortStableFunc(out.Losses, func(a, b v1alpha1.DeletionLosses) int { return a.At.Compare(b.At.Time) })
	return out
}

// add counts n losses of size at now.
func (w Window) add(now time.Time, length time.Duration, n, size int) Window {
	out := Window{Losses: slices.Clone(w.Losses), Going: w.Going}
	at := metav1.NewTime(ceil(now))
	part := max(length/parts, time.Second)
	if last := len(out.Losses) - 1; last >= 0 && out.Losses[last].At.Truncate(part).Equal(at.Truncate(part)) {
		out.Losses[last].At = at
		out.Losses[last].Count = saturated(int(out.Losses[last].Count) + n)
		return out
	}
	out.Losses = append(out.Losses, v1alpha1.DeletionLosses{At: at, Count: saturated(n), Size: saturated(size)})
	return out
}

// ceil is the next whole second: the record keeps no fractions, and a loss must
// not leave the window early.
func ceil(t time.Time) time.Time {
	if whole := t.Truncate(time.Second); whole.Equal(t) {
		return whole
	}
	return t.Truncate(time.Second).Add(time.Second)
}

func saturated(n int) int32 { return int32(min(n, math.MaxInt32)) }

// lost is how many losses count.
func (w Window) lost() int {
	n := 0
	for _, l := range w.Losses {
		n += int(l.Count)
	}
	return n
}

// before is the size before the first loss that counts; without any, the size
// that there is.
func (w Window) before(size int) int {
	if len(w.Losses) == 0 {
		return size
	}
	return int(w.Losses[0].Size)
}

// Shrunk is by how much there are fewer than before the first loss that counts,
// once n of size are gone: losses that were made up for are none.
func (w Window) Shrunk(now time.Time, l Limits, size, n int) int {
	return w.expire(now, l.Window).before(size) - size + n
}

// Empty is true when there is nothing to remember.
func (w Window) Empty() bool { return len(w.Losses) == 0 && len(w.Going) == 0 }

// Quiet is true when nothing in the window counts any more.
func (w Window) Quiet(now time.Time, length time.Duration) bool {
	return len(w.expire(now, length).Losses) == 0
}

// letGo remembers also whose permission has been given, and why. Closed pull
// requests need none.
func (w Window) letGo(victims []Victim) Window {
	all := w.going()
	for _, v := range victims {
		if v.Cause != v1alpha1.DeletionPullRequestClosed {
			all[short(v.UID)] = v.Cause
		}
	}
	return w.goingAs(all)
}

// only forgets who was let go and is not among these.
func (w Window) only(uids []string) Window {
	all, left := w.going(), map[uint32]v1alpha1.DeletionCause{}
	for _, uid := range uids {
		if cause, let := all[short(uid)]; let {
			left[short(uid)] = cause
		}
	}
	return w.goingAs(left)
}

func (w Window) goingAs(all map[uint32]v1alpha1.DeletionCause) Window {
	byCause := map[v1alpha1.DeletionCause][]uint32{}
	for h, cause := range all {
		byCause[cause] = append(byCause[cause], h)
	}
	out := Window{Losses: w.Losses}
	for cause, hashes := range byCause {
		if out.Going == nil {
			out.Going = map[v1alpha1.DeletionCause]string{}
		}
		out.Going[cause] = pack(hashes)
	}
	return out
}

// going are the hashes of those that were let go. Damaged ones are forgotten,
// and so judged again.
func (w Window) going() map[uint32]v1alpha1.DeletionCause {
	out := map[uint32]v1alpha1.DeletionCause{}
	for cause, text := range w.Going {
		for _, h := range unpack(text) {
			out[h] = cause
		}
	}
	return out
}
