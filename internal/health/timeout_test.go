package health_test

import (
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/health"
)

var (
	start  = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	widget = schema.GroupKind{Group: "example.com", Kind: "Widget"}
)

func TestProgressingExpires(t *testing.T) {
	limits := health.Limits{
		Progressing: health.Limit{
			Default: 10 * time.Minute,
			Kinds:   map[schema.GroupKind]time.Duration{widget: time.Hour, {Kind: "Service"}: 0, {Group: "batch", Kind: "Job"}: 2 * time.Hour},
		},
		Suspended: health.Limit{Default: 24 * time.Hour, Kinds: map[schema.GroupKind]time.Duration{widget: 0}},
	}
	parked := v1alpha1.HealthStatus{Status: suspended, Message: "waiting to be resumed"}
	waiting := v1alpha1.HealthStatus{Status: progressing, Message: "waiting for the load balancer"}
	cases := map[string]struct {
		gk    schema.GroupKind
		h     v1alpha1.HealthStatus
		after time.Duration
		want  v1alpha1.HealthStatusCode
	}{
		"before the default":               {schema.GroupKind{Kind: "PersistentVolumeClaim"}, waiting, 10*time.Minute - 1, progressing},
		"at the default":                   {schema.GroupKind{Kind: "PersistentVolumeClaim"}, waiting, 10 * time.Minute, degraded},
		"before the kind's own":            {widget, waiting, 59 * time.Minute, progressing},
		"past the kind's own":              {widget, waiting, 2 * time.Hour, degraded},
		"a kind without limit":             {schema.GroupKind{Kind: "Service"}, waiting, 1000 * time.Hour, progressing},
		"a kind with its own deadline":     {workload, waiting, 1000 * time.Hour, progressing},
		"its own deadline, and named":      {schema.GroupKind{Group: "batch", Kind: "Job"}, waiting, 3 * time.Hour, degraded},
		"healthy":                          {widget, v1alpha1.HealthStatus{Status: isHealthy}, 1000 * time.Hour, isHealthy},
		"suspended, without limit":         {widget, parked, 1000 * time.Hour, suspended},
		"suspended before its limit":       {workload, parked, 24*time.Hour - 1, suspended},
		"suspended past its limit":         {workload, parked, 24 * time.Hour, degraded},
		"a suspended child":                {child, parked, 1000 * time.Hour, suspended},
		"a clock that was set back":        {widget, waiting, -1000 * time.Hour, progressing},
		"a kind that has no health at all": {widget, v1alpha1.HealthStatus{}, 1000 * time.Hour, none},
	}
	for name, c := range cases {
		got := limits.Expire(c.gk, c.h, start, start.Add(c.after))
		if got.Status != c.want {
			t.Errorf("%s: %s, want %s", name, got.Status, c.want)
		}
		if got.Status != degraded {
			continue
		}
		for _, part := range []string{string(c.h.Status), "2026-01-02T03:04:05Z", limits.For(c.gk, c.h.Status).String(), c.h.Message} {
			if !strings.Contains(got.Message, part) {
				t.Errorf("%s: message %q does not have %q", name, got.Message, part)
			}
		}
	}
}

// Without limits, and without a time to count from, nothing expires: as in Argo CD.
func TestNothingExpiresWithoutLimits(t *testing.T) {
	waiting := v1alpha1.HealthStatus{Status: progressing, Message: "waiting"}
	if got := (health.Limits{}).Expire(widget, waiting, start, start.Add(time.Hour*1e6)); got != waiting {
		t.Errorf("without limits it became %v", got)
	}
	if got := (health.Limits{Progressing: health.Limit{Default: 1}}).Expire(widget, waiting, time.Time{}, start); got != waiting {
		t.Errorf("without a beginning it became %v", got)
	}
}

func TestDeadlineIsWhenItExpires(t *testing.T) {
	limits := health.Limits{Progressing: health.Limit{Default: 10 * time.Minute}}
	waiting := v1alpha1.HealthStatus{Status: progressing, Message: "waiting"}
	at, limited := limits.Deadline(widget, waiting, start)
	if !limited || limits.Expire(widget, waiting, start, at).Status != degraded || limits.Expire(widget, waiting, start, at.Add(-1)).Status != progressing {
		t.Errorf("deadline is %v, %v", at, limited)
	}
	if _, limited := limits.Deadline(widget, v1alpha1.HealthStatus{Status: isHealthy}, start); limited {
		t.Error("what is healthy has a deadline")
	}
}

func TestSpanBeginsAnew(t *testing.T) {
	first := health.Span{}.Next(progressing, 1, start)
	later := start.Add(time.Minute)
	cases := map[string]struct {
		status     v1alpha1.HealthStatusCode
		generation int64
		now, want  time.Time
	}{
		"same again":     {progressing, 1, later, start},
		"another status": {isHealthy, 1, later, later},
		"another spec":   {progressing, 2, later, later},
		"clock set back": {progressing, 1, start.Add(-time.Hour), start.Add(-time.Hour)},
	}
	for name, c := range cases {
		if got := first.Next(c.status, c.generation, c.now); !got.Since.Equal(c.want) {
			t.Errorf("%s: since %v, want %v", name, got.Since, c.want)
		}
	}
}
