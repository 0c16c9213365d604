package guard

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// few is the size up to which losing everything is like losing one: Argo CD's
// cascade applies.
const few = 3

// Limits say how much may be lost within a window.
type Limits struct {
	// Count and Percent of the size at the window's start: the larger counts.
	Count, Percent int
	// Window is how long a loss counts.
	Window time.Duration
	// AllowEmpty lets go all of what had more than three, within the rest.
	AllowEmpty bool
}

// Default limits: five or 10 percent, whichever is more, in 10 minutes.
func Default() Limits { return Limits{Count: 5, Percent: 10, Window: 10 * time.Minute} }

// Of returns how many of size may be lost within the window.
func (l Limits) Of(size int) int { return max(l.Count, size*l.Percent/100) }

// String writes count and percentage in the form that ParseMax reads.
func (l Limits) String() string { return fmt.Sprintf("%d,%d%%", l.Count, l.Percent) }

// ParseMax reads "5", "10%" or "5,10%" (the larger counts) into l.
func (l Limits) ParseMax(text string) (Limits, error) {
	bad := fmt.Errorf("%q: want a number, a percentage from 0%% to 100%%, or both as in \"5,10%%\"", text)
	l.Count, l.Percent = 0, 0
	var counts, percents int
	for part := range strings.SplitSeq(text, ",") {
		digits, isPercent := strings.CutSuffix(strings.TrimSpace(part), "%")
		n, err := strconv.ParseUint(digits, 10, 31)
		switch {
		case err != nil, isPercent && n > 100:
			return l, bad
		case isPercent:
			l.Percent, percents = int(n), percents+1
		default:
			l.Count, counts = int(n), counts+1
		}
	}
	if counts > 1 || percents > 1 {
		return l, bad
	}
	return l, nil
}

// maxWindow bounds what a set may ask to be remembered.
const maxWindow = 7 * 24 * time.Hour

// ParseWindow reads a duration such as "10m" into l.
func (l Limits) ParseWindow(text string) (Limits, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second || d > maxWindow {
		return l, fmt.Errorf("%q: want a duration from 1s to %s, as in \"10m\"", text, maxWindow)
	}
	l.Window = d
	return l, nil
}

// For returns the limits of one set: the fleet's, unless its annotations say
// otherwise. An annotation that cannot be read leaves the fleet's limit in
// force and is the error.
func (l Limits) For(annotations map[string]string) (Limits, error) {
	var first error
	for _, a := range []struct {
		key   string
		parse func(Limits, string) (Limits, error)
	}{
		{v1alpha1.AnnotationMaxDeletions, Limits.ParseMax},
		{v1alpha1.AnnotationDeletionWindow, Limits.ParseWindow},
		{v1alpha1.AnnotationAllowEmpty, Limits.parseAllowEmpty},
	} {
		text, ok := annotations[a.key]
		if !ok {
			continue
		}
		parsed, err := a.parse(l, text)
		if err != nil {
			first = cmp.Or(first, fmt.Errorf("annotation %s: %w; the hub's limit applies until it is corrected", a.key, err))
			continue
		}
		l = parsed
	}
	return l, first
}

func (l Limits) parseAllowEmpty(text string) (Limits, error) {
	allow, err := strconv.ParseBool(text)
	if err != nil {
		return l, fmt.Errorf("%q: want true or false", text)
	}
	l.AllowEmpty = allow
	return l, nil
}
