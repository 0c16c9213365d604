package policy

import (
	"strings"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// state are the windows of a Timetable at one moment.
type state struct {
	openDeny, openAllow, closedAllow []*v1alpha1.SyncWindow
}

func (t *Timetable) state(now time.Time) state {
	var s state
	for _, w := range t.windows {
		switch open := w.open(now); {
		case w.Spec.Kind == KindDeny && open:
			s.openDeny = append(s.openDeny, w.Spec)
		case w.Spec.Kind == KindAllow && open:
			s.openAllow = append(s.openAllow, w.Spec)
		case w.Spec.Kind == KindAllow:
			s.closedAllow = append(s.closedAllow, w.Spec)
		}
	}
	return s
}

// obstacles are the windows in the way of a sync that nobody asked for.
func (s state) obstacles() []*v1alpha1.SyncWindow {
	switch {
	case len(s.openDeny) > 0:
		return s.openDeny
	case len(s.openAllow) > 0:
		return nil
	default:
		return s.closedAllow
	}
}

// permits says whether a sync may begin.
func (s state) permits(manual bool) bool {
	for _, w := range s.obstacles() {
		if !manual || !w.ManualSync {
			return false
		}
	}
	return true
}

// overruns says whether a sync under way may pass what is in the way of a new
// one.
func (s state) overruns() bool {
	for _, w := range s.obstacles() {
		if !w.SyncOverrun {
			return false
		}
	}
	return true
}

// Reason says in words what is in the way of a sync that nobody asked for; it
// is empty when nothing is. It holds no time of day, so that it stays the same
// while the answer does.
func (d Decision) Reason() string {
	switch {
	case len(d.Problems) > 0:
		return d.Problems[0].Error()
	case d.CanAutoSync:
		return ""
	}
	if denying := ofKind(d.Active, KindDeny); len(denying) > 0 {
		return "denied by open sync windows: " + strings.Join(denying, ", ")
	}
	return "outside the sync windows that allow it: " + strings.Join(ofKind(d.Inactive, KindAllow), ", ")
}

func ofKind(windows []Window, kind string) []string {
	var out []string
	for _, w := range windows {
		if w.Spec.Kind == kind {
			out = append(out, w.String())
		}
	}
	return out
}
