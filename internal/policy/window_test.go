package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/policy"
)

var noon = time.Date(2026, time.July, 15, 12, 0, 0, 0, time.UTC)

// everywhere makes a window that selects every Application.
func everywhere(kind, schedule, duration, zone string) *v1alpha1.SyncWindow {
	return &v1alpha1.SyncWindow{Kind: kind, Schedule: schedule, Duration: duration, TimeZone: zone, Applications: []string{"*"}}
}

func timetable(windows ...*v1alpha1.SyncWindow) *policy.Timetable {
	p := project("*")
	p.Spec.SyncWindows = windows
	return policy.Windows(p, from("https://a/x"), paris)
}

// open says which windows are open, by index.
func open(t *testing.T, at time.Time, windows ...*v1alpha1.SyncWindow) (indexes []int) {
	t.Helper()
	d := timetable(windows...).At(at)
	if len(d.Problems) > 0 || len(d.Active)+len(d.Inactive) != len(windows) {
		t.Fatalf("got %+v of %d windows", d, len(windows))
	}
	for _, w := range d.Active {
		indexes = append(indexes, w.Index)
	}
	return indexes
}

// The facts are those of Argo CD's TestSyncWindows_Active, on a summer and on a
// winter day: windows that open in every minute of an hour.
func TestOpenWindowsAsInArgoCD(t *testing.T) {
	const newYork, dhaka = "America/New_York", "Asia/Dhaka"
	fourBehind := time.FixedZone("UTC-4", -4*60*60)
	for _, c := range []struct {
		first, second string // hours
		duration      string
		zone          string
		hour          int
		in            *time.Location
		want          string
	}{
		{"10", "14", "2h", "", 11, time.UTC, "0"},
		{"10", "14", "2h", "", 15, time.UTC, "1"},
		{"10", "11", "3h", "", 12, time.UTC, "01"},
		{"10", "14", "2h", "", 17, time.UTC, ""},
		{"10", "14", "2h", "", 13, time.UTC, ""},
		{"10", "14", "2h", "", 11 - 4, fourBehind, "0"},
		{"10", "14", "2h", "", 15 - 4, fourBehind, "1"},
		{"10", "14", "2h", "", 17 - 4, fourBehind, ""},
		{"10", "14", "2h", newYork, 16, time.UTC, "0"},
		{"10", "14", "2h", newYork, 20, time.UTC, "1"},
		{"10", "14", "2h", newYork, 22, time.UTC, ""},
		{"8", "12", "2h", dhaka, 3, time.UTC, "0"},
	} {
		for _, month := range []time.Month{time.January, time.July} {
			at := time.Date(2026, month, 15, c.hour, 0, 0, 0, c.in)
			var got strings.Builder
			for _, index := range open(t, at, everywhere("allow", "* "+c.first+" * * *", c.duration, c.zone), everywhere("allow", "* "+c.second+" * * *", c.duration, c.zone)) {
				got.WriteByte(byte('0' + index))
			}
			if got.String() != c.want {
				t.Errorf("hours %s and %s for %s in %q at %s: got %q, want %q", c.first, c.second, c.duration, c.zone, at, got.String(), c.want)
			}
		}
	}
}

// A window is open from its opening until just before its end, both to the
// second, and two that touch leave nothing between them.
func TestEdgesOfAWindow(t *testing.T) {
	window := everywhere("deny", "0 22 * * *", "8h", "")
	for at, want := range map[string]bool{
		"2026-07-15T21:59:59Z": false, "2026-07-15T22:00:00Z": true, "2026-07-15T22:00:01Z": true,
		"2026-07-16T05:59:59Z": true, "2026-07-16T06:00:00Z": false,
	} {
		if got := len(open(t, instant(t, at), window)) == 1; got != want {
			t.Errorf("%s: open %v", at, got)
		}
		// Fractions of a second count too.
		if got := len(open(t, instant(t, at).Add(999*time.Millisecond), window)) == 1; got != want {
			t.Errorf("%s and a little: open %v", at, got)
		}
	}
	if got := open(t, noon, everywhere("allow", "0 * * * *", "1h", "")); len(got) != 1 {
		t.Error("closed between two openings")
	}
	if got := open(t, noon, everywhere("deny", "* * * * *", "0s", "")); len(got) != 0 {
		t.Error("a window of no length is open")
	}
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Windows follow the clock on the wall where clocks are put forward (29 March
// 2026, 2:00 to 3:00) and back (25 October 2026, 3:00 to 2:00).
func TestWindowsAcrossDaylightSaving(t *testing.T) {
	for _, c := range []struct {
		schedule, duration string
		at                 string
		want               bool
	}{
		// An opening in the hour that is skipped counts from its end.
		{"30 2 * * *", "1h", "2026-03-29T00:59:59Z", false}, // 1:59:59
		{"30 2 * * *", "1h", "2026-03-29T01:00:00Z", true},  // 3:00
		{"30 2 * * *", "1h", "2026-03-29T01:30:00Z", false}, // 3:30
		// A night ends at the same hour, long or short.
		{"0 22 * * *", "8h", "2026-03-29T03:59:59Z", true},  // 5:59:59
		{"0 22 * * *", "8h", "2026-03-29T04:00:00Z", false}, // 6:00
		{"0 22 * * *", "8h", "2026-10-25T04:59:59Z", true},  // 5:59:59
		{"0 22 * * *", "8h", "2026-10-25T05:00:00Z", false}, // 6:00
		// The hour that comes twice is in the window twice.
		{"30 2 * * *", "15m", "2026-10-25T00:30:00Z", true},
		{"30 2 * * *", "15m", "2026-10-25T00:45:00Z", false},
		{"30 2 * * *", "15m", "2026-10-25T01:30:00Z", true},
	} {
		if got := len(open(t, instant(t, c.at), everywhere("deny", c.schedule, c.duration, "Europe/Paris"))) == 1; got != c.want {
			t.Errorf("%s for %s at %s: open %v", c.schedule, c.duration, c.at, got)
		}
	}
}

func TestZoneInTheSchedule(t *testing.T) {
	at := instant(t, "2026-07-15T03:00:00Z") // noon in Tokyo
	for _, window := range []*v1alpha1.SyncWindow{
		everywhere("allow", "TZ=Asia/Tokyo 0 12 * * *", "1h", ""), everywhere("allow", "CRON_TZ=Asia/Tokyo  0 12 * * *", "1h", "Asia/Tokyo"),
	} {
		if len(open(t, at, window)) != 1 {
			t.Errorf("%s: closed", window.Schedule)
		}
	}
}

// A window that cannot be read refuses what it selects and nothing else, and
// says which it is.
func TestWindowsThatCannotBeRead(t *testing.T) {
	good := everywhere("allow", "* * * * *", "1h", "")
	for field, window := range map[string]*v1alpha1.SyncWindow{
		"kind":              everywhere("Deny", "* * * * *", "1h", ""),
		"schedule: word":    everywhere("allow", "at noon", "1h", ""),
		"schedule: empty":   everywhere("allow", "", "1h", ""),
		"schedule: Sunday":  everywhere("allow", "* 10 * * 7", "1h", ""),
		"schedule: never":   everywhere("deny", "0 0 30 2 *", "1h", ""),
		"schedule: seconds": everywhere("deny", "0 0 0 * * *", "1h", ""),
		"schedule: @daily":  everywhere("deny", "@daily", "1h", ""),
		"schedule: TZ=UTC":  everywhere("deny", "TZ=UTC", "1h", ""),
		"duration: a":       everywhere("allow", "* * * * *", "2a", ""),
		"duration: empty":   everywhere("allow", "* * * * *", "", ""),
		"duration: less":    everywhere("allow", "* * * * *", "-1h", ""),
		"timeZone: none":    everywhere("deny", "* * * * *", "1h", "Mars/Olympus"),
		"timeZone: local":   everywhere("deny", "* * * * *", "1h", "Local"),
		"timeZone: path":    everywhere("deny", "* * * * *", "1h", "../etc/passwd"),
		"timeZone: two":     everywhere("deny", "TZ=Asia/Tokyo 0 1 * * *", "1h", "Europe/Paris"),
		"applications[1]":   {Kind: "deny", Schedule: "* * * * *", Duration: "1h", Applications: []string{"x", "["}},
		"namespaces[0]":     {Kind: "allow", Schedule: "* * * * *", Duration: "1h", Namespaces: []string{"{"}},
	} {
		name, _, _ := strings.Cut(field, ":")
		window.ManualSync, window.SyncOverrun = true, true
		table := timetable(good, window)
		d := table.At(noon)
		if d.CanAutoSync || d.CanManualSync || table.MayContinue(true, noon, noon) {
			t.Errorf("%s: syncs", field)
		}
		want := "project edge: spec.syncWindows[1]." + name + ": "
		if len(d.Problems) == 0 || !strings.HasPrefix(d.Reason(), want) || !strings.Contains(d.Reason(), "; until then nothing ") && !strings.Contains(d.Reason(), "until then nothing") {
			t.Errorf("%s: got %q, want %q...", field, d.Reason(), want)
		}
		if strings.HasSuffix(name, "]") {
			continue
		}
		window.Applications = []string{"another"}
		if d := timetable(good, window).At(noon); !d.CanAutoSync || len(d.Problems) > 0 {
			t.Errorf("%s: refuses what it does not select: %v", field, d.Problems)
		}
	}
	if d := timetable(nil, good).At(noon); !d.CanAutoSync || d.Active[0].Index != 1 {
		t.Errorf("a window that is nothing: got %+v", d)
	}
}
