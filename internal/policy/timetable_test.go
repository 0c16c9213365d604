package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/policy"
)

// The facts are those of Argo CD's TestSyncWindows_Matches, with and without
// the AND operator.
func TestSelectionAsInArgoCD(t *testing.T) {
	type window = v1alpha1.SyncWindow
	for _, c := range []struct {
		window  window
		or, and bool
	}{
		{window{Namespaces: []string{"default"}}, true, true},
		{window{Clusters: []string{paris.Server}}, true, true},
		{window{Clusters: []string{"paris"}}, true, true},
		{window{Applications: []string{"web"}}, true, true},
		{window{Applications: []string{"web"}, Namespaces: []string{"default"}}, true, true},
		{window{Applications: []string{"web"}, Clusters: []string{"paris"}}, true, true},
		{window{Namespaces: []string{"default"}, Clusters: []string{"paris"}}, true, true},
		{window{Applications: []string{"web"}, Namespaces: []string{"default"}, Clusters: []string{"paris"}}, true, true},
		{window{Applications: []string{"w*"}}, true, true},
		{window{Applications: []string{"w*"}, Clusters: []string{"par*"}}, true, true},
		{window{}, false, false},
		// Beyond its tests.
		{window{Applications: []string{"web"}, Namespaces: []string{"other"}}, true, false},
		{window{Applications: []string{"other"}, Namespaces: []string{"default"}}, true, false},
		{window{Clusters: []string{"oslo"}, Namespaces: []string{"default"}}, true, false},
		{window{Applications: []string{"other", "w?b"}}, true, true},
		{window{Applications: []string{"other"}}, false, false},
		{window{Applications: []string{"!other"}}, false, false},
		{window{Applications: []string{}, Namespaces: []string{"default"}}, true, true},
	} {
		for _, and := range []bool{false, true} {
			w := c.window
			w.Kind, w.Schedule, w.Duration, w.UseAndOperator = "deny", "* * * * *", "1h", and
			want := c.or
			if and {
				want = c.and
			}
			if got := !timetable(&w).At(noon).CanAutoSync; got != want {
				t.Errorf("and %v, %+v: selected %v", and, c.window, got)
			}
		}
	}
}

func TestAnApplicationWithoutANamespaceIsInEveryNamespace(t *testing.T) {
	p := project("*")
	p.Spec.SyncWindows = v1alpha1.SyncWindows{{Kind: "deny", Schedule: "* * * * *", Duration: "1h", Namespaces: []string{"*"}}}
	app := from("https://a/x")
	app.Spec.Destination.Namespace = ""
	if policy.Windows(p, app, paris).At(noon).CanAutoSync {
		t.Error("the window for every namespace leaves it out")
	}
}

// Windows that are open or closed at noon, and that let people sync or not.
func openAt(kind string, manual bool) *v1alpha1.SyncWindow {
	w := everywhere(kind, "* * * * *", "1h", "")
	w.ManualSync = manual
	return w
}

func closedAt(kind string, manual bool) *v1alpha1.SyncWindow {
	w := everywhere(kind, "0 1 * * *", "1h", "")
	w.ManualSync = manual
	return w
}

// The facts are those of Argo CD's TestSyncWindows_CanSync.
func TestOverlappingWindowsAsInArgoCD(t *testing.T) {
	type windows = []*v1alpha1.SyncWindow
	const allow, deny = policy.KindAllow, policy.KindDeny
	for _, c := range []struct {
		windows      windows
		auto, manual bool
	}{
		{nil, true, true},
		{windows{closedAt(deny, true)}, true, true},
		{windows{closedAt(deny, false)}, true, true},
		{windows{closedAt(allow, true), closedAt(allow, false)}, false, false},
		{windows{openAt(allow, true)}, true, true},
		{windows{openAt(allow, false)}, true, true},
		{windows{openAt(allow, false), closedAt(deny, false)}, true, true},
		{windows{closedAt(allow, false)}, false, false},
		{windows{closedAt(allow, true)}, false, true},
		{windows{closedAt(allow, false), closedAt(deny, false)}, false, false},
		{windows{openAt(allow, false), closedAt(allow, false)}, true, true},
		{windows{openAt(deny, false)}, false, false},
		{windows{openAt(deny, true)}, false, true},
		{windows{openAt(deny, true), openAt(deny, true), openAt(deny, true), openAt(deny, false)}, false, false},
		{windows{openAt(allow, false), openAt(deny, false)}, false, false},
		{windows{openAt(allow, false), openAt(deny, true)}, false, true},
		{windows{closedAt(allow, false), openAt(deny, true)}, false, true},
	} {
		for _, reverse := range []bool{false, true} {
			if reverse {
				slices.Reverse(c.windows)
			}
			d := timetable(c.windows...).At(noon)
			if d.CanAutoSync != c.auto || d.CanManualSync != c.manual {
				t.Errorf("%v: got auto %v, manual %v, want %v, %v", append(d.Active, d.Inactive...), d.CanAutoSync, d.CanManualSync, c.auto, c.manual)
			}
			if (d.Reason() == "") != c.auto {
				t.Errorf("got reason %q while auto is %v", d.Reason(), c.auto)
			}
		}
	}
}

// The facts are those of Argo CD's TestSyncWindows_SyncOverrun and of the
// transitions in its manual.
func TestSyncsThatOutlastAWindow(t *testing.T) {
	past := func(kind string, overrun bool) *v1alpha1.SyncWindow { // 11:00 to 11:30
		w := everywhere(kind, "0 11 * * *", "30m", "")
		w.SyncOverrun = overrun
		return w
	}
	now := func(kind string, overrun bool) *v1alpha1.SyncWindow { // 12:00 to 13:00
		w := everywhere(kind, "0 12 * * *", "1h", "")
		w.SyncOverrun = overrun
		return w
	}
	always := func(kind string, overrun bool) *v1alpha1.SyncWindow {
		w := openAt(kind, false)
		w.SyncOverrun = overrun
		return w
	}
	type windows = []*v1alpha1.SyncWindow
	const allow, deny = policy.KindAllow, policy.KindDeny
	for _, c := range []struct {
		name    string
		windows windows
		ago     time.Duration // 0: not begun
		want    bool
	}{
		{"open deny without", windows{always(allow, false), always(deny, false)}, 5 * time.Minute, false},
		{"open deny with, not begun", windows{always(allow, false), always(deny, true)}, 0, false},
		{"open deny with, begun within", windows{always(allow, false), always(deny, true)}, 5 * time.Minute, false},
		{"begun before deny with", windows{always(allow, false), now(deny, true)}, 25 * time.Minute, true},
		{"begun in no window, deny with", windows{now(deny, true)}, 25 * time.Minute, true},
		{"begun in no window, deny without", windows{now(deny, false)}, 25 * time.Minute, false},
		{"begun while allow was closed", windows{past(allow, false), now(deny, true)}, 20 * time.Minute, false},
		{"begun in allow with", windows{past(allow, true)}, 45 * time.Minute, true},
		{"begun in allow without", windows{past(allow, false)}, 45 * time.Minute, false},
		{"allow with, then deny without", windows{past(allow, true), now(deny, false)}, 45 * time.Minute, false},
		{"allow without, then deny with", windows{past(allow, false), now(deny, true)}, 45 * time.Minute, true},
		{"allow with, then deny with", windows{past(allow, true), now(deny, true)}, 45 * time.Minute, true},
		{"allow without, then deny without", windows{past(allow, false), now(deny, false)}, 45 * time.Minute, false},
		{"two deny with", windows{past(allow, true), now(deny, true), now(deny, true)}, 45 * time.Minute, true},
		{"two deny, one without", windows{past(allow, true), now(deny, true), now(deny, false)}, 45 * time.Minute, false},
		{"two allow, one without", windows{past(allow, true), past(allow, false)}, 45 * time.Minute, false},
		{"two allow with", windows{past(allow, true), past(allow, true)}, 45 * time.Minute, true},
		{"one allow still open", windows{past(allow, false), always(allow, true)}, 45 * time.Minute, true},
		{"allow open, deny without", windows{always(allow, true), now(deny, false)}, 45 * time.Minute, false},
		{"allow open, deny with", windows{always(allow, true), now(deny, true)}, 45 * time.Minute, true},
	} {
		var began time.Time
		if c.ago > 0 {
			began = noon.Add(-c.ago)
		}
		if got := timetable(c.windows...).MayContinue(false, began, noon); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
	// What a person asked for begins where people may, and goes on where they may.
	byHand := past(allow, true)
	byHand.ManualSync = true
	if table := timetable(byHand); !table.MayContinue(true, time.Time{}, noon) || table.MayContinue(false, time.Time{}, noon) {
		t.Error("manualSync: not what people may")
	}
}

func TestReasons(t *testing.T) {
	night := everywhere("deny", "0 22 * * *", "8h", "Europe/Paris")
	d := timetable(everywhere("allow", "* * * * *", "1h", ""), night, everywhere("deny", "* * * * *", "1h", "")).At(instant(t, "2026-07-15T23:00:00Z"))
	if want := "denied by open sync windows: syncWindows[1] (deny 0 22 * * * Europe/Paris for 8h), syncWindows[2] (deny * * * * * for 1h)"; d.Reason() != want {
		t.Errorf("got %q, want %q", d.Reason(), want)
	}
	d = timetable(closedAt("allow", false), closedAt("deny", false)).At(noon)
	if want := "outside the sync windows that allow it: syncWindows[0] (allow 0 1 * * * for 1h)"; d.Reason() != want {
		t.Errorf("got %q, want %q", d.Reason(), want)
	}
}

func TestWhenTheAnswerChanges(t *testing.T) {
	for _, c := range []struct {
		name, at, want string
		windows        []*v1alpha1.SyncWindow
	}{
		{"no windows", "2026-07-15T12:00:00Z", "", nil},
		{"an opening", "2026-07-15T12:00:30Z", "2026-07-16T01:00:00Z", []*v1alpha1.SyncWindow{everywhere("deny", "0 1 * * *", "1h", "")}},
		{"an end", "2026-07-16T01:20:00Z", "2026-07-16T02:00:00Z", []*v1alpha1.SyncWindow{everywhere("deny", "0 1 * * *", "1h", "")}},
		{"an end that later openings put off", "2026-07-16T10:20:00Z", "2026-07-16T12:59:00Z", []*v1alpha1.SyncWindow{everywhere("allow", "* 10 * * *", "2h", "")}},
		{"changes that others hide", "2026-07-15T12:00:00Z", "2026-07-16T03:00:00Z", []*v1alpha1.SyncWindow{
			everywhere("deny", "0 12 * * *", "14h", ""), everywhere("deny", "0 1 * * *", "2h", ""), everywhere("allow", "0 13 * * *", "23h", ""),
		}},
		{"a weekend", "2026-07-15T12:00:00Z", "2026-07-18T00:00:00Z", []*v1alpha1.SyncWindow{everywhere("deny", "0 0 * * 6", "48h", "")}},
		{"a day of the year", "2026-07-15T12:00:00Z", "2026-12-25T00:00:00Z", []*v1alpha1.SyncWindow{everywhere("deny", "0 0 25 12 *", "24h", "")}},
		{"a zone", "2026-07-15T12:00:00Z", "2026-07-15T20:00:00Z", []*v1alpha1.SyncWindow{everywhere("deny", "0 22 * * *", "8h", "Europe/Paris")}},
		{"the longer night", "2026-10-24T21:00:00Z", "2026-10-25T05:00:00Z", []*v1alpha1.SyncWindow{everywhere("deny", "0 22 * * *", "8h", "Europe/Paris")}},
		{"the hour that is skipped", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", []*v1alpha1.SyncWindow{everywhere("deny", "30 2 * * *", "1h", "Europe/Paris")}},
		{"a window that never opens", "2026-07-15T12:00:00Z", "", []*v1alpha1.SyncWindow{everywhere("deny", "* * * * *", "0s", "")}},
		{"only what people may", "2026-07-15T12:00:00Z", "2026-07-15T13:00:00Z", []*v1alpha1.SyncWindow{everywhere("deny", "* * * * *", "1h", ""), withManual(everywhere("deny", "0 13 * * *", "1h", ""))}},
	} {
		if c.name == "only what people may" {
			c.windows[0].ManualSync, c.windows[1].ManualSync = true, false
		}
		got := timetable(c.windows...).At(instant(t, c.at)).Next
		text := ""
		if !got.IsZero() {
			text = got.UTC().Format(time.RFC3339)
		}
		if text != c.want {
			t.Errorf("%s: got %q, want %q", c.name, text, c.want)
		}
	}
	// Always open: nothing changes, and nobody is told to ask again at once.
	if next := timetable(openAt("deny", false)).At(noon).Next; next.Sub(noon) < time.Hour {
		t.Errorf("always open: ask again at %s", next)
	}
}

func withManual(w *v1alpha1.SyncWindow) *v1alpha1.SyncWindow { w.ManualSync = true; return w }

// daily is a window that opens once a day or every hour, and what its schedule
// means.
type daily struct {
	hour, minute int // hour -1: every hour
	duration     time.Duration
	zone         *time.Location
	spec         *v1alpha1.SyncWindow
}

var dailyWindow = rapid.Custom(func(t *rapid.T) daily {
	zone, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"}).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	d := daily{
		hour: rapid.IntRange(-1, 23).Draw(t, "hour"), minute: rapid.SampledFrom([]int{0, 1, 15, 30, 59}).Draw(t, "minute"),
		duration: time.Duration(rapid.SampledFrom([]int{0, 1, 30, 60, 90, 480, 1441}).Draw(t, "minutes")) * time.Minute, zone: zone,
	}
	hour := fmt.Sprint(d.hour)
	if d.hour < 0 {
		hour = "*"
	}
	d.spec = everywhere(rapid.SampledFrom([]string{"allow", "deny"}).Draw(t, "kind"), fmt.Sprintf("%d %s * * *", d.minute, hour), d.duration.String(), zone.String())
	d.spec.ManualSync = rapid.Bool().Draw(t, "manual")
	return d
})

// open says it the slow way: some minute of the wall's clock less than duration
// ago was an opening.
func (d daily) open(at time.Time) bool {
	wall := at.In(d.zone)
	minute := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, time.UTC)
	seconds := time.Duration(wall.Second()) * time.Second
	for ago := time.Duration(0); ago+seconds < d.duration; ago += time.Minute {
		opening := minute.Add(-ago)
		if opening.Minute() == d.minute && (d.hour < 0 || opening.Hour() == d.hour) {
			return true
		}
	}
	return false
}

// Windows are open exactly when counting minutes says so, also in the nights in
// which clocks change, and until Next no answer changes.
func TestWindowsAgreeWithCountingMinutes(t *testing.T) {
	nights := []time.Time{noon, instant(t, "2026-03-28T22:00:00Z"), instant(t, "2026-10-24T20:00:00Z"), instant(t, "2026-04-04T12:00:00Z"), instant(t, "2026-11-01T03:00:00Z")}
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(dailyWindow, 1, 3).Draw(t, "windows")
		at := rapid.SampledFrom(nights).Draw(t, "night").Add(time.Duration(rapid.IntRange(0, 24*60).Draw(t, "minutes")) * time.Minute).Add(time.Duration(rapid.IntRange(0, 59).Draw(t, "seconds")) * time.Second)
		var specs []*v1alpha1.SyncWindow
		for _, d := range list {
			specs = append(specs, d.spec)
		}
		table := timetable(specs...)
		now := table.At(at)
		for i, d := range list {
			isOpen := slices.ContainsFunc(now.Active, func(w policy.Window) bool { return w.Index == i })
			if isOpen != d.open(at) {
				t.Fatalf("%v at %s: open %v", d.spec, at, isOpen)
			}
		}
		if !now.Next.IsZero() && !now.Next.After(at) {
			t.Fatalf("next %s is not after %s", now.Next, at)
		}
		until := at.Add(26 * time.Hour)
		if !now.Next.IsZero() && now.Next.Before(until) {
			until = now.Next
		}
		for range 10 {
			later := at.Add(time.Duration(rapid.Int64Range(0, max(0, int64(until.Sub(at)/time.Second)-1)).Draw(t, "later")) * time.Second)
			then := table.At(later)
			if then.CanAutoSync != now.CanAutoSync || then.CanManualSync != now.CanManualSync {
				t.Fatalf("the answer of %s changes at %s, before %s", at, later, now.Next)
			}
		}
	})
}

// FuzzWindow holds that any text is a schedule or a problem that names it, and
// that answering ends.
func FuzzWindow(f *testing.F) {
	for _, seed := range [][3]string{
		{"0 22 * * *", "8h", "Europe/Paris"}, {"*/5 0-23/2 1,15 * 1-5", "1h30m", ""}, {"0 0 30 2 *", "1h", ""}, {"TZ=", "1h", ""}, {"TZ=UTC", "1h", ""},
		{"CRON_TZ=Asia/Tokyo 0 1 * * *", "2562047h", "Asia/Tokyo"}, {"0 0 29 2 1", "1ns", "Local"}, {"? ? ? ? ?", "9000000000s", "UTC"}, {"@every 1h", "-1h", ".."},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, schedule, duration, zone string) {
		window := everywhere("deny", schedule, duration, zone)
		table := timetable(window)
		d := table.At(noon)
		if len(d.Problems) > 0 && (d.CanAutoSync || d.CanManualSync || !strings.HasPrefix(d.Reason(), "project edge: spec.syncWindows[0].")) {
			t.Fatalf("got %+v", d)
		}
		if len(d.Problems) == 0 && d.CanAutoSync != (len(d.Active) == 0) {
			t.Fatalf("got %+v", d)
		}
		if !d.Next.IsZero() && !d.Next.After(noon) {
			t.Fatalf("next is %s", d.Next)
		}
	})
}
