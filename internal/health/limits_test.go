package health_test

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/health"
)

func TestLimitsPerStatus(t *testing.T) {
	rules, errs := health.ParseRules(map[string]string{health.TimeoutsKey: `
default: {progressing: 30m, suspended: 24h}
example.com_Widget: {suspended: 1h}
CronJob: {paused: 1h}
Pod: {progressing: 5m, suspended: -1h}
Service: 2m
`})
	if len(errs) != 2 || errs[0].Field != "CronJob" || errs[1].Field != "Pod" {
		t.Errorf("refused %v, want CronJob and Pod", errs)
	}
	for name, c := range map[string]struct {
		gk     schema.GroupKind
		status v1alpha1.HealthStatusCode
		want   time.Duration
	}{
		"default":                       {workloadSet, progressing, 30 * time.Minute},
		"default, suspended":            {workloadSet, suspended, 24 * time.Hour},
		"named for the other status":    {widget, progressing, 30 * time.Minute},
		"named":                         {widget, suspended, time.Hour},
		"a refused entry sets nothing":  {schema.GroupKind{Kind: "Pod"}, progressing, 0},
		"a duration is for Progressing": {schema.GroupKind{Kind: "Service"}, progressing, 2 * time.Minute},
		"and for that alone":            {schema.GroupKind{Kind: "Service"}, suspended, 24 * time.Hour},
		"other statuses have none":      {widget, degraded, 0},
	} {
		if got := rules.Limits().For(c.gk, c.status); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

var workloadSet = schema.GroupKind{Group: "apps", Kind: "StatefulSet"}
