package templates

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// sortedKeys is sprig's keys with its result sorted: map order would make two
// expansions differ.
func sortedKeys(dicts ...map[string]any) []string {
	out := []string{}
	for _, d := range dicts {
		for k := range d {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// sortedValues is sprig's values in the order of the keys.
func sortedValues(dict map[string]any) []any {
	out := []any{}
	for _, k := range slices.Sorted(maps.Keys(dict)) {
		out = append(out, dict[k])
	}
	return out
}

var (
	sprigSortAlpha     = sprigFunctions["sortAlpha"].(func(any) []string)
	sprigDurationRound = sprigFunctions["durationRound"].(func(any) string)
)

// sortAlpha is sprig's, on a copy: sprig sorts a []string in place, and
// parameters are shared.
func sortAlpha(list any) []string {
	if l, ok := list.([]string); ok {
		l = slices.Clone(l)
		slices.Sort(l)
		return l
	}
	return sprigSortAlpha(list)
}

// dateFunctions are sprig's without its two hidden inputs: the clock, which it
// reads when the date is none, and the machine's time zone. Dates are UTC
// unless a zone is named.
var dateFunctions = map[string]any{
	"date": func(layout string, date any) (string, error) { return formatDate(layout, date, "UTC") },
	"htmlDate": func(date any) (string, error) {
		return formatDate(time.DateOnly, date, "UTC")
	},
	"dateInZone":   formatDate,
	"date_in_zone": formatDate,
	"htmlDateInZone": func(date any, zone string) (string, error) {
		return formatDate(time.DateOnly, date, zone)
	},
	"toDate": func(layout, text string) time.Time {
		t, _ := time.ParseInLocation(layout, text, time.UTC)
		return t
	},
	"mustToDate": func(layout, text string) (time.Time, error) {
		return time.ParseInLocation(layout, text, time.UTC)
	},
	"durationRound": func(d any) (string, error) {
		if _, ok := d.(time.Time); ok {
			return "", fmt.Errorf("the age of a date reads the clock, which an expansion does not")
		}
		return sprigDurationRound(d), nil
	},
}

func formatDate(layout string, date any, zone string) (string, error) {
	var t time.Time
	switch date := date.(type) {
	case time.Time:
		t = date
	case *time.Time:
		t = *date
	case int64:
		t = time.Unix(date, 0)
	case int:
		t = time.Unix(int64(date), 0)
	case int32:
		t = time.Unix(int64(date), 0)
	default:
		return "", fmt.Errorf("a %T is not a date: an expansion does not read the clock; use toDate or seconds", date)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	return t.In(loc).Format(layout), nil
}
