package policy

import (
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Timetable is what the sync windows of a project mean for one Application. It
// can be kept for as long as project, Application and cluster stay the same.
type Timetable struct {
	windows  []window // in the project's order
	problems []Violation
}

// Windows finds the windows that select the Application: by its name, its
// destination's namespace, or its cluster's name or server; by any of them, or,
// with andOperator, by every list that is not empty. A window without any list
// selects nothing. A selecting window that cannot be read, or one whose lists
// cannot be, refuses every sync (see Decision).
//
// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/
func Windows(project *v1alpha1.AppProject, app *v1alpha1.Application, cluster Cluster) *Timetable {
	if project == nil {
		return &Timetable{problems: []Violation{unknown(app.Spec.GetProject())}}
	}
	f := found{project: nameOf(project)}
	t := &Timetable{}
	for i, spec := range project.Spec.SyncWindows {
		if spec == nil || !f.selects(i, spec, app, cluster) {
			continue
		}
		t.windows = append(t.windows, f.readWindow(i, spec))
	}
	t.problems = f.violations
	return t
}

// selects says whether a window concerns an Application. It adds what is wrong
// with the window's lists.
func (f *found) selects(index int, spec *v1alpha1.SyncWindow, app *v1alpha1.Application, c Cluster) bool {
	field := at("spec.syncWindows", index)
	one, all := false, true
	for _, list := range []struct {
		name   string
		globs  []string
		values []string
	}{
		{"applications", spec.Applications, []string{app.Name}},
		{"clusters", spec.Clusters, c.names()},
		{"namespaces", spec.Namespaces, []string{app.Spec.Destination.Namespace}},
	} {
		if len(list.globs) == 0 {
			continue
		}
		matches := anyMatch(f.globs(field+"."+list.name, list.globs), list.values)
		one, all = one || matches, all && matches
	}
	return one && (all || !spec.UseAndOperator)
}

// globs reads a window's list and adds what is wrong with it.
func (f *found) globs(field string, texts []string) []pattern {
	out := make([]pattern, 0, len(texts))
	for i, text := range texts {
		p, err := compile(text, "")
		if err != nil {
			f.add(at(field, i), text+" selects nothing"+because(err), "correct the pattern; until then nothing of the project is synced")
			continue
		}
		out = append(out, p)
	}
	return out
}

// Decision is what the windows say at one moment.
type Decision struct {
	// CanAutoSync and CanManualSync say whether a sync that nobody, or that a
	// person, asked for may begin.
	CanAutoSync, CanManualSync bool
	// Active are the windows that are open, in the project's order.
	Active []Window
	// Inactive are the windows that are closed.
	Inactive []Window
	// Next is when either answer may be another: until then it need not be
	// asked for again. Zero means that windows will not change it.
	Next time.Time
	// Problems are why a project's windows cannot be read. While there are
	// any, no sync may begin.
	Problems []Violation
}

// At says what may begin at a moment.
//
// While a deny window is open, nothing may, save what a person asks for if
// every open deny window has manualSync. Otherwise everything may while an
// allow window is open or none exists; while all are closed, nothing may, save
// what a person asks for if every allow window has manualSync.
//
// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/
func (t *Timetable) At(now time.Time) Decision {
	if len(t.problems) > 0 {
		return Decision{Problems: t.problems}
	}
	s := t.state(now)
	d := Decision{CanAutoSync: s.permits(false), CanManualSync: s.permits(true), Next: t.next(now)}
	for _, w := range t.windows {
		if w.open(now) {
			d.Active = append(d.Active, w.Window)
		} else {
			d.Inactive = append(d.Inactive, w.Window)
		}
	}
	return d
}

// MayContinue says whether a sync that began at started may go on at now: if a
// new one could begin, or if what is in its way, every open deny window or else
// every closed allow window, has syncOverrun and the sync could begin when it
// did.
//
// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/#sync-overrun
func (t *Timetable) MayContinue(manual bool, started, now time.Time) bool {
	if len(t.problems) > 0 {
		return false
	}
	s := t.state(now)
	return s.permits(manual) || s.overruns() && !started.IsZero() && t.state(started).permits(manual)
}

// looks is how many looks at schedules the search for a change may take: less
// than a millisecond. A window that opens every minute for an hour is seen to
// stay open for the next hours.
const looks = 200

// next is a moment after now until which neither answer changes; zero if none
// ever will.
func (t *Timetable) next(now time.Time) time.Time {
	before, moment := t.state(now), now
	for steps := looks; steps > 0; {
		var earliest time.Time
		for _, w := range t.windows {
			if at, ok := w.change(moment, &steps); ok && (earliest.IsZero() || at.Before(earliest)) {
				earliest = at
			}
		}
		if earliest.IsZero() {
			return time.Time{}
		}
		moment = earliest
		after := t.state(moment)
		if after.permits(false) != before.permits(false) || after.permits(true) != before.permits(true) {
			break
		}
	}
	return moment
}

// changes bounds how many changes of the windows Opens looks through.
const changes = 64

// Opens is when a sync that may not begin at now may: zero if no time is in
// sight.
func (t *Timetable) Opens(manual bool, now time.Time) time.Time {
	if len(t.problems) > 0 {
		return time.Time{}
	}
	for range changes {
		if now = t.next(now); now.IsZero() || t.state(now).permits(manual) {
			return now
		}
	}
	return time.Time{}
}
