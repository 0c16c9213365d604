package health

import (
	"cmp"
	"fmt"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func job(o object) v1alpha1.HealthStatus {
	if c := o.condition("Failed"); c.isTrue() {
		return degraded(cmp.Or(c.message, c.reason, "job failed"))
	}
	if c := o.condition("Complete"); c.isTrue() {
		return healthy(c.message)
	}
	if c := o.condition("Suspended"); c.isTrue() {
		return suspended(cmp.Or(c.message, "job is suspended") + ": waiting for spec.suspend to be taken off")
	}
	if c := o.condition("FailureTarget"); c.isTrue() {
		return progressing("job is failing, its pods are still to end: " + c.why())
	}
	succeeded, wanted := o.number("status", "succeeded"), o.numberOr(1, "spec", "completions")
	return progressing(fmt.Sprintf("job is running: %d of %d completions, %d pods are active",
		succeeded, wanted, o.number("status", "active")))
}

// cronJob is Degraded only if its last run failed for certain. A suspended one
// is Healthy, as in Argo CD (https://github.com/argoproj/argo-cd/issues/24428):
// nothing is going to resume it by itself, and a sync must not wait for that.
func cronJob(o object) v1alpha1.HealthStatus {
	scheduled, succeeded := o.moment("status", "lastScheduleTime"), o.moment("status", "lastSuccessfulTime")
	switch {
	case o.is("spec", "suspend"):
		return healthy("suspended: no jobs are started")
	case o.value("status") == nil:
		return progressing("waiting for the controller's first status")
	case scheduled.IsZero():
		return healthy("not scheduled yet")
	case succeeded.IsZero():
		return healthy("no run has succeeded yet")
	case len(o.list("status", "active")) > 0:
		return healthy("a run is under way")
	case succeeded.Before(scheduled):
		return degraded("the last run did not succeed")
	}
	return healthy("the last run succeeded")
}

// moment is the zero time where there is none.
func (o object) moment(path ...string) time.Time {
	at, _ := time.Parse(time.RFC3339, o.text(path...))
	return at
}
