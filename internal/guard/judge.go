package guard

import (
	"fmt"
	"slices"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Input is all that a judgement rests on.
type Input struct {
	Now time.Time
	// Scope is what the losses are counted for: a set's UID.
	Scope string
	// Size is how many there are now, Victims included.
	Size int
	// Grown is how many of Size came within the window.
	Grown int
	// Window is what the Verdict before said; zero if there was none.
	Window Window
	// Open is true while an earlier hold stands: its victims wait for a person,
	// not for the window to pass.
	Open bool
	// Holding is the Verdict's before: what stands in a hold is not let go as a
	// closed pull request later.
	Holding string
	// Victims are all that would be deleted now, also those that are held or
	// were let go and are still seen.
	Victims []Victim
	// Unseen are the UIDs of what may be wanted no longer and was not looked at:
	// none where Victims are complete. What was let go of them is remembered
	// further. An Input that has some is not Open.
	Unseen []string
	// Pulls are the pull requests that are still open.
	Pulls  Pulls
	Limits Limits
	// Approved is a digest that a person approved, Kept one whose workloads a
	// person wants to keep; empty for none.
	Approved, Kept string
}

// Verdict says what may be deleted. Delete and Held are sorted by name, and
// together are Input.Victims.
type Verdict struct {
	// Delete are the victims that may go, each with its cause.
	Delete []Victim
	Held   []Victim
	// Digest of the Held, or of those that a person's word let go; empty if
	// there are none.
	Digest string
	// Holding stands for the Held, for the next Input; empty if there are none.
	Holding string
	// Reason is why they are held; empty if none is.
	Reason string
	// Person is the cause when a person's word was met in this round: approved
	// or kept. Empty otherwise.
	Person v1alpha1.DeletionCause
	// Window to remember before anything is deleted.
	Window Window
}

// Judge decides over all victims of a round: they go together or are held
// together. Never are more let go within a window than the limit of the size
// at its start, unless a person approved.
func Judge(in Input) Verdict {
	w := in.Window.expire(in.Now, in.Limits.Window)
	cleared, asked := in.sort(w)
	w = w.only(in.Unseen)
	v := Verdict{Delete: cleared, Window: w.letGo(cleared)}
	if len(asked) > 0 {
		in.ask(&v, w, cleared, asked)
	}
	v.Delete = sorted(v.Delete)
	return v
}

// ask decides over the victims that have no permission yet.
func (in Input) ask(v *Verdict, w Window, cleared, asked []Victim) {
	digest, size := Digest(in.Scope, asked), in.Size-len(cleared)
	cause := v1alpha1.DeletionWithinGuard
	switch digest {
	case in.Kept:
		v.Digest, v.Person, cause = digest, v1alpha1.DeletionKept, v1alpha1.DeletionKept
	case in.Approved:
		v.Digest, v.Person, cause = digest, v1alpha1.DeletionApproved, v1alpha1.DeletionApproved
	default:
		if v.Reason = in.excess(w, size, len(asked)); v.Reason != "" {
			v.Digest, v.Held, v.Holding = digest, sorted(asked), holding(asked)
			return
		}
		w = w.add(in.Now, in.Limits.Window, len(asked), size)
	}
	for i := range asked {
		asked[i].Cause = cause
	}
	v.Delete = slices.Concat(cleared, asked)
	v.Window = w.letGo(v.Delete)
}

// sort tells victims that need no permission, or have it already, from those
// that ask for it.
func (in Input) sort(w Window) (cleared, asked []Victim) {
	going := w.going()
	held := Holds(in.Holding)
	for _, v := range in.Victims {
		switch cause, let := going[short(v.UID)]; {
		case let:
			v.Cause = cause
			cleared = append(cleared, v)
		case in.Pulls.closed(v) && !held(v.UID):
			v.Cause = v1alpha1.DeletionPullRequestClosed
			cleared = append(cleared, v)
		default:
			asked = append(asked, v)
		}
	}
	return cleared, asked
}

// excess says why n more losses of size are too many; "" if they are not.
func (in Input) excess(w Window, size, n int) string {
	lost := w.lost()
	before := w.before(size)
	total := lost + n
	all := !in.Limits.AllowEmpty && (before > few && total >= before || max(before, size) > few && n >= size)
	limit := in.Limits.Of(in.base(before, size, lost))
	switch {
	case all:
		return fmt.Sprintf("all of %d applications would go", max(before, size))
	case total > limit && lost > 0:
		return fmt.Sprintf("%d applications would go after %d in the last %s; %d of %d may", n, lost, in.Limits.Window, limit, before)
	case total > limit:
		return fmt.Sprintf("%d applications would go; %d of %d may within %s", n, limit, before, in.Limits.Window)
	case in.Open:
		return fmt.Sprintf("%d applications are left of those that were held; they wait for approval", n)
	default:
		return ""
	}
}

// base is the size that the percentage is of: that at the window's start. Where
// nothing of what there is was there then, it is the size before the first loss.
func (in Input) base(before, size, lost int) int {
	if then := size + lost - in.Grown; then > 0 {
		return min(before, then)
	}
	return before
}
