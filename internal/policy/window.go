package policy

import (
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // hub and agents know the same zones, whatever their images hold

	"github.com/robfig/cron/v3"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// The two kinds of window.
const (
	KindAllow = "allow"
	KindDeny  = "deny"
)

// Window is a window of a project that concerns an Application.
type Window struct {
	// Index is its place in spec.syncWindows.
	Index int
	// Spec as the project has it; read-only.
	Spec *v1alpha1.SyncWindow
}

// String shows a window: syncWindows[1] (deny 0 22 * * * Europe/Paris for 1h).
func (w Window) String() string {
	schedule := w.Spec.Schedule
	if w.Spec.TimeZone != "" {
		schedule += " " + w.Spec.TimeZone
	}
	return at("syncWindows", w.Index) + " (" + w.Spec.Kind + " " + schedule + " for " + w.Spec.Duration + ")"
}

// window is a Window that has been read.
type window struct {
	Window
	schedule cron.Schedule
	zone     *time.Location
	duration time.Duration
}

// fields of a schedule: minute, hour, day of month, month, day of week
// (Sunday is 0).
const fields = cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow

// readWindow reads kind, time zone, schedule and duration. It adds what is
// wrong with them.
func (f *found) readWindow(index int, spec *v1alpha1.SyncWindow) window {
	w := window{Window: Window{Index: index, Spec: spec}}
	field := at("spec.syncWindows", index)
	if spec.Kind != KindAllow && spec.Kind != KindDeny {
		f.add(field+".kind", `"`+spec.Kind+`" is no kind of window`, "write allow or deny; until then nothing that the window selects is synced")
	}
	schedule, zone, err := splitZone(spec.Schedule, spec.TimeZone)
	if err == nil {
		w.zone, err = loadZone(zone)
	}
	if err != nil {
		f.add(field+".timeZone", err.Error(), "write an IANA name such as Europe/Paris; until then nothing that the window selects is synced")
	}
	if w.schedule, err = parseSchedule(schedule); err != nil {
		f.add(field+".schedule", `"`+spec.Schedule+`" cannot be read: `+err.Error(),
			`write five fields of cron such as "0 22 * * *"; until then nothing that the window selects is synced`)
	}
	if w.duration, err = parseDuration(spec.Duration); err != nil {
		f.add(field+".duration", `"`+spec.Duration+`" cannot be read: `+err.Error(),
			"write a duration such as 1h30m; until then nothing that the window selects is synced")
	}
	return w
}

// splitZone takes a zone from the front of a schedule, where cron too can have
// it.
func splitZone(schedule, zone string) (rest, in string, err error) {
	schedule = strings.TrimSpace(schedule)
	for _, prefix := range []string{"CRON_TZ=", "TZ="} {
		if text, ok := strings.CutPrefix(schedule, prefix); ok {
			inline, rest, _ := strings.Cut(text, " ")
			if zone != "" && zone != inline {
				return rest, zone, fmt.Errorf("%q differs from %q in the schedule", zone, inline)
			}
			return rest, inline, nil
		}
	}
	return schedule, zone, nil
}

// loadZone finds an IANA zone; none means UTC. "Local" would be another zone
// on each machine.
func loadZone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || zone == time.Local {
		return nil, fmt.Errorf("%q is no time zone", name)
	}
	return zone, nil
}

// parseSchedule reads five fields of cron and refuses a day that never comes,
// such as 30 February.
func parseSchedule(text string) (cron.Schedule, error) {
	schedule, err := cron.NewParser(fields).Parse(text)
	if err != nil {
		return nil, err
	}
	anyLeapYear := time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	if schedule.Next(anyLeapYear).IsZero() {
		return nil, errors.New("no such day ever comes")
	}
	return schedule, nil
}

// parseDuration reads a duration; zero is a window that never opens.
func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err == nil && d < 0 {
		err = errors.New("it is negative")
	}
	return d, err
}

// wall is what a clock on the wall in the window's zone shows, written as if
// it were UTC. Windows count in it: one from 22:00 for 8h ends at 6:00 in every
// night of the year, and one from 2:30 opens at 3:00 in the night in which
// clocks skip that hour. So Argo CD has it, at the offset that is in force.
func (w window) wall(now time.Time) time.Time {
	_, offset := now.In(w.zone).Zone()
	return now.UTC().Add(time.Duration(offset) * time.Second)
}

// open says whether the window is open: from the minute at which it opens until
// just before the one at which it closes.
func (w window) open(now time.Time) bool {
	wall := w.wall(now)
	opening := w.schedule.Next(wall.Add(-w.duration)) // the first that has not ended
	return !opening.IsZero() && !opening.After(wall)
}

// change is a moment after now until which the window stays as it is, and at
// which it may be otherwise; ok is false when there is none. Each look at the
// schedule takes one from steps.
func (w window) change(now time.Time, steps *int) (at time.Time, ok bool) {
	wall := w.wall(now)
	*steps--
	var then time.Time
	if w.open(now) {
		then = w.end(w.schedule.Next(wall.Add(-w.duration)), steps)
	} else if then = w.schedule.Next(wall); then.IsZero() || w.duration == 0 {
		return time.Time{}, false
	}
	at = now.Add(then.Sub(wall))
	// Beyond the end of this offset, daylight saving say, the wall shows
	// another time.
	if _, turn := now.In(w.zone).ZoneBounds(); !turn.IsZero() && at.After(turn) {
		at = turn
	}
	return at, true
}

// end is when a window that opened closes, on the wall. Openings before that
// keep it open; when steps are used up it is open until then at least.
func (w window) end(opening time.Time, steps *int) time.Time {
	end := opening.Add(w.duration)
	for ; *steps > 0; *steps-- {
		next := w.schedule.Next(opening)
		if next.IsZero() || next.After(end) {
			break
		}
		opening, end = next, next.Add(w.duration)
	}
	return end
}
