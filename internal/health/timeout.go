package health

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Limits say how long objects may be Progressing before they count as
// Degraded. The zero value sets no limit, as Argo CD does.
type Limits struct {
	// Default holds for kinds that Kinds does not name, except those that run
	// for as long as their work takes, or whose controllers keep a deadline of
	// their own ([Limits.For]). 0 is no limit.
	Default time.Duration
	// Kinds with a limit of their own; 0 is no limit.
	Kinds map[schema.GroupKind]time.Duration
}

// ownDeadline holds the kinds that Limits.Default leaves alone.
var ownDeadline = map[schema.GroupKind]bool{
	{Kind: "Pod"}:                                  true, // may be running to its end
	{Group: "apps", Kind: "Deployment"}:            true, // spec.progressDeadlineSeconds
	{Group: "batch", Kind: "Job"}:                  true, // spec.activeDeadlineSeconds
	{Group: "argoproj.io", Kind: "Application"}:    true, // its objects have limits
	{Group: "argoproj.io", Kind: "ApplicationSet"}: true, // its Applications' objects have
	{Group: "argoproj.io", Kind: "Rollout"}:        true, // spec.progressDeadlineSeconds
	{Group: "argoproj.io", Kind: "AnalysisRun"}:    true, // count and interval of its metrics
	{Group: "argoproj.io", Kind: "Experiment"}:     true, // spec.duration
	{Group: "argoproj.io", Kind: "Workflow"}:       true, // spec.activeDeadlineSeconds
	{Group: "ray.io", Kind: "RayJob"}:              true, // spec.activeDeadlineSeconds
}

// For gives the limit of a kind; 0 is no limit.
func (l Limits) For(gk schema.GroupKind) time.Duration {
	if limit, named := l.Kinds[gk]; named {
		return limit
	}
	if ownDeadline[gk] {
		return 0
	}
	return l.Default
}

// Expire turns Progressing into Degraded once its limit is over. since is when
// the object became Progressing with its present spec ([Span]). The message
// names the limit and what was waited for, and stays the same from then on.
func (l Limits) Expire(gk schema.GroupKind, h v1alpha1.HealthStatus, since, now time.Time) v1alpha1.HealthStatus {
	at, limited := l.Deadline(gk, h, since)
	if !limited || now.Before(at) {
		return h
	}
	return finished(degraded(fmt.Sprintf("still progressing after its limit of %s: %s", l.For(gk), h.Message)))
}

// Deadline is when Expire will turn h; false if it never will. A caller looks
// at the object again then: no event tells of it.
func (l Limits) Deadline(gk schema.GroupKind, h v1alpha1.HealthStatus, since time.Time) (time.Time, bool) {
	limit := l.For(gk)
	if h.Status != v1alpha1.HealthStatusProgressing || limit <= 0 || since.IsZero() {
		return time.Time{}, false
	}
	return since.Add(limit), true
}

// Span is since when an object has had a status with one spec. Whoever keeps
// limits keeps a Span per object; it holds what the rules say, before
// [Limits.Expire].
type Span struct {
	Status     v1alpha1.HealthStatusCode
	Generation int64
	Since      time.Time
}

// Next is the span after another look: another status, another spec, or a
// clock that was set back begin a new one. Any status ends a Progressing one,
// so an object that flaps never expires.
func (s Span) Next(status v1alpha1.HealthStatusCode, generation int64, now time.Time) Span {
	if s.Status == status && s.Generation == generation && !s.Since.IsZero() && !now.Before(s.Since) {
		return s
	}
	return Span{Status: status, Generation: generation, Since: now}
}
