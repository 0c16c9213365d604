package health

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Limits say how long objects may be Progressing, or Suspended, before they
// count as Degraded. The zero value sets no limit, as Argo CD does.
type Limits struct {
	// Progressing. Its default leaves alone the kinds that run for as long as
	// their work takes, or whose controllers keep a deadline of their own.
	Progressing Limit
	// Suspended. Its default leaves child Applications alone.
	Suspended Limit
}

// Limit is how long objects may have one status; 0 is no limit.
type Limit struct {
	// Default holds for kinds that Kinds does not name, with exceptions
	// ([Limits.For]).
	Default time.Duration
	// Kinds with a limit of their own.
	Kinds map[schema.GroupKind]time.Duration
}

var childApplication = schema.GroupKind{Group: "argoproj.io", Kind: "Application"}

// ownDeadline holds the kinds that the default for Progressing leaves alone.
var ownDeadline = map[schema.GroupKind]bool{
	{Kind: "Pod"}:                                  true, // may be running to its end
	{Group: "apps", Kind: "Deployment"}:            true, // spec.progressDeadlineSeconds
	{Group: "batch", Kind: "Job"}:                  true, // spec.activeDeadlineSeconds
	childApplication:                               true, // its objects have limits
	{Group: "argoproj.io", Kind: "ApplicationSet"}: true, // its Applications' objects have
	{Group: "argoproj.io", Kind: "Rollout"}:        true, // spec.progressDeadlineSeconds
	{Group: "argoproj.io", Kind: "AnalysisRun"}:    true, // count and interval of its metrics
	{Group: "argoproj.io", Kind: "Experiment"}:     true, // spec.duration
	{Group: "argoproj.io", Kind: "Workflow"}:       true, // spec.activeDeadlineSeconds
	{Group: "ray.io", Kind: "RayJob"}:              true, // spec.activeDeadlineSeconds
}

// For gives how long objects of a kind may have a status; 0 is no limit.
func (l Limits) For(gk schema.GroupKind, status v1alpha1.HealthStatusCode) time.Duration {
	limit, spared := l.Progressing, ownDeadline[gk]
	switch status {
	case v1alpha1.HealthStatusProgressing:
	case v1alpha1.HealthStatusSuspended:
		limit, spared = l.Suspended, gk == childApplication
	default:
		return 0
	}
	if own, named := limit.Kinds[gk]; named {
		return own
	}
	if spared {
		return 0
	}
	return limit.Default
}

// Expire turns what is Progressing or Suspended into Degraded once its limit is
// over. since is when the object got that status with its present spec
// ([Span]). The message names the limit, since when, and what was waited for,
// and stays the same from then on.
func (l Limits) Expire(gk schema.GroupKind, h v1alpha1.HealthStatus, since, now time.Time) v1alpha1.HealthStatus {
	at, limited := l.Deadline(gk, h, since)
	if !limited || now.Before(at) {
		return h
	}
	return finished(degraded(fmt.Sprintf("%s since %s, for longer than its limit of %s: %s",
		h.Status, since.UTC().Format(time.RFC3339), l.For(gk, h.Status), h.Message)))
}

// Deadline is when Expire will turn h; false if it never will. A caller looks
// at the object again then: no event tells of it.
func (l Limits) Deadline(gk schema.GroupKind, h v1alpha1.HealthStatus, since time.Time) (time.Time, bool) {
	limit := l.For(gk, h.Status)
	if limit <= 0 || since.IsZero() {
		return time.Time{}, false
	}
	return since.Add(limit), true
}

// Span is since when an object has had a status with one spec. Whoever keeps
// limits keeps a Span per object; it holds what the rules say, before
// [Limits.Expire].
type Span struct {
	Status     v1alpha1.HealthStatusCode `json:"status"`
	Generation int64                     `json:"generation,omitempty"`
	Since      time.Time                 `json:"since"`
}

// Next is the span after another look: another status, another spec, or a
// clock that was set back begin a new one. Any status ends a Progressing one,
// so an object that flaps never expires.
func (s Span) Next(status v1alpha1.HealthStatusCode, generation int64, now time.Time) Span {
	if s.Is(status, generation) && !now.Before(s.Since) {
		return s
	}
	return Span{Status: status, Generation: generation, Since: now}
}

// Is tells whether the span is of that status and spec.
func (s Span) Is(status v1alpha1.HealthStatusCode, generation int64) bool {
	return s.Status == status && s.Generation == generation && !s.Since.IsZero()
}
