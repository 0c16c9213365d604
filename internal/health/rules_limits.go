package health

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// TimeoutsKey is the key that holds limits instead of the rules of a kind.
const TimeoutsKey = "timeouts"

// MaxTimeout is the longest limit that can be set.
const MaxTimeout = 30 * 24 * time.Hour

// parseLimits reads a map from kinds, or default, to limits. What is wrong is
// left out by name.
func parseLimits(value string) (Limits, []RuleError) {
	limits := Limits{
		Progressing: Limit{Kinds: map[schema.GroupKind]time.Duration{}},
		Suspended:   Limit{Kinds: map[schema.GroupKind]time.Duration{}},
	}
	var entries map[string]any
	if err := decode(value, &entries); err != nil {
		return limits, []RuleError{{Key: TimeoutsKey, Reason: "is not a map of kinds to durations: " + err.Error()}}
	}
	var errs []RuleError
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if err := limits.set(name, entries[name]); err != nil {
			errs = append(errs, RuleError{Key: TimeoutsKey, Field: name, Reason: err.Error()})
		}
	}
	return limits, errs
}

// set the limits of one entry: a duration is for Progressing, a map has one per
// status. An entry with an error in it sets nothing.
func (l *Limits) set(name string, value any) error {
	both, isMap := value.(map[string]any)
	if !isMap {
		both = map[string]any{"progressing": value}
	}
	found := map[string]time.Duration{}
	for _, status := range slices.Sorted(maps.Keys(both)) {
		if status != "progressing" && status != "suspended" {
			return fmt.Errorf("%q is neither progressing nor suspended", status)
		}
		text, _ := both[status].(string)
		limit, err := time.ParseDuration(strings.TrimSpace(text))
		if err != nil || limit < 0 || limit > MaxTimeout {
			return fmt.Errorf("%v is not a duration of 0s to %s, for example 10m", both[status], MaxTimeout)
		}
		found[status] = limit
	}
	gk := schema.GroupKind{}
	if name != "default" {
		var err error
		if gk, err = parseKey(name); err != nil {
			return err
		}
	}
	for status, limit := range found {
		into := &l.Progressing
		if status == "suspended" {
			into = &l.Suspended
		}
		if name == "default" {
			into.Default = limit
		} else {
			into.Kinds[gk] = limit
		}
	}
	return nil
}
