package applicationset

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/hub/applicationset/live"
	"github.com/fairlead/fairlead/internal/hub/applicationset/outlook"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
)

// maxProblems bounds how many problems a condition spells out, and maxMessage
// its length in bytes.
const (
	maxProblems = 5
	maxMessage  = 8 << 10
)

// verdict is what a reconcile came to.
type verdict struct {
	errorReason string // empty: no error
	message     string
	generated   bool
	upToDate    bool
}

// generatorFailed is the verdict when nothing could be expanded.
func generatorFailed(err error) verdict {
	return verdict{
		errorReason: v1alpha1.ApplicationSetReasonApplicationParamsGenerationError,
		message:     bounded(err.Error()) + "; the set keeps what it has",
	}
}

// refreshFailed is the verdict when somebody's wish for a refresh could not be
// served.
func refreshFailed(err error) verdict {
	return verdict{errorReason: v1alpha1.ApplicationSetReasonRefreshApplicationError, message: bounded(err.Error())}
}

// ignored is the verdict on a set that the hub does not serve.
func ignored(err error) verdict {
	return verdict{errorReason: v1alpha1.ApplicationSetReasonErrorOccurred, message: bounded(err.Error())}
}

// endFailed is the verdict on a deleted set that cannot go yet.
func endFailed(err error) verdict {
	return verdict{
		errorReason: v1alpha1.ApplicationSetReasonErrorOccurred,
		message:     "the set is deleted and cannot end yet: " + bounded(err.Error()),
	}
}

// ruleFailed is the verdict when a rule of the set cannot be read: without it,
// the set would overwrite what the rule protects.
func ruleFailed(err error) verdict {
	return verdict{
		errorReason: v1alpha1.ApplicationSetReasonUpdateApplicationError, generated: true,
		message: bounded(err.Error()) + "; the set keeps what it has",
	}
}

// expanded is the verdict after writing: what was rejected, claimed twice,
// owned by others or refused by the API server.
func expanded(state *outlook.Warm, done plan.Plan, failed live.Failure) verdict {
	v := verdict{generated: true, upToDate: true}
	var problems []string
	problem := func(reason, text string) {
		v.errorReason = cmp.Or(v.errorReason, reason)
		problems = append(problems, text)
		v.upToDate = false
	}
	for _, name := range slices.Sorted(maps.Keys(state.Duplicates)) {
		problem(v1alpha1.ApplicationSetReasonApplicationValidationError, state.Duplicates[name].Error())
	}
	for _, row := range sortedRows(state.Rejected) {
		problem(v1alpha1.ApplicationSetReasonRenderTemplateParamsError, row.Err.Error())
	}
	for _, name := range done.Foreign {
		problem(v1alpha1.ApplicationSetReasonApplicationValidationError, fmt.Sprintf("application %q belongs to another owner; rename the row or delete the other", name))
	}
	for _, err := range failed.Create {
		problem(v1alpha1.ApplicationSetReasonCreateApplicationError, err.Error())
	}
	for _, err := range slices.Concat(failed.Update, done.Errors) {
		problem(v1alpha1.ApplicationSetReasonUpdateApplicationError, err.Error())
	}
	for _, err := range failed.Remove {
		problem(v1alpha1.ApplicationSetReasonDeleteApplicationError, err.Error())
	}
	v.message = joined(problems)
	if refused := len(state.Rejected) + len(state.Duplicates); refused > 0 {
		v.message += "; what may be theirs is not deleted until they give applications of their own"
		if len(done.Waiting) > 0 {
			slices.Sort(done.Waiting)
			v.message += ": " + listed(done.Waiting)
		}
	}
	return v
}

func sortedRows(rows map[expand.Origin]expand.Row) []expand.Row {
	return slices.SortedFunc(maps.Values(rows), func(a, b expand.Row) int {
		return cmp.Or(cmp.Compare(a.Origin.Generator, b.Origin.Generator), cmp.Compare(a.Origin.Cluster, b.Origin.Cluster), cmp.Compare(a.Origin.Element, b.Origin.Element))
	})
}

func joined(problems []string) string {
	if n := len(problems); n > maxProblems {
		problems = append(problems[:maxProblems:maxProblems], fmt.Sprintf("and %d more", n-maxProblems))
	}
	return bounded(strings.Join(problems, "; "))
}

func listed(names []string) string {
	if n := len(names); n > maxProblems {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxProblems], ", "), n-maxProblems)
	}
	return strings.Join(names, ", ")
}

// bounded cuts a text that would make a status too large.
func bounded(text string) string {
	if len(text) <= maxMessage {
		return text
	}
	return strings.ToValidUTF8(text[:maxMessage], "") + "…"
}

// conditions are Argo CD's three, in its order.
func (v verdict) conditions() []v1alpha1.ApplicationSetCondition {
	reason, message := cmp.Or(v.errorReason, v1alpha1.ApplicationSetReasonApplicationSetUpToDate), v.message
	if v.errorReason == "" {
		message = "all applications have been generated and written"
	}
	generated := condition(v1alpha1.ApplicationSetConditionParametersGenerated, true, v1alpha1.ApplicationSetReasonParametersGenerated, "every generator succeeded")
	if !v.generated {
		generated = condition(v1alpha1.ApplicationSetConditionParametersGenerated, false, v1alpha1.ApplicationSetReasonErrorOccurred, message)
	}
	return []v1alpha1.ApplicationSetCondition{
		condition(v1alpha1.ApplicationSetConditionErrorOccurred, v.errorReason != "", reason, message),
		generated,
		condition(v1alpha1.ApplicationSetConditionResourcesUpToDate, v.upToDate, reason, message),
	}
}

func condition(t v1alpha1.ApplicationSetConditionType, holds bool, reason, message string) v1alpha1.ApplicationSetCondition {
	c := v1alpha1.ApplicationSetCondition{Type: t, Status: v1alpha1.ApplicationSetConditionStatusFalse, Reason: reason, Message: message}
	if holds {
		c.Status = v1alpha1.ApplicationSetConditionStatusTrue
	}
	return c
}

// health of the whole as Argo CD reads it off the conditions.
// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/
func health(conditions []v1alpha1.ApplicationSetCondition) v1alpha1.HealthStatus {
	is := func(t v1alpha1.ApplicationSetConditionType) (v1alpha1.ApplicationSetCondition, bool) {
		for _, c := range conditions {
			if c.Type == t {
				return c, c.Status == v1alpha1.ApplicationSetConditionStatusTrue
			}
		}
		return v1alpha1.ApplicationSetCondition{}, false
	}
	if c, ok := is(v1alpha1.ApplicationSetConditionErrorOccurred); ok {
		return v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusDegraded, Message: c.Message}
	}
	if c, ok := is(v1alpha1.ApplicationSetConditionRolloutProgressing); ok {
		return v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusProgressing, Message: c.Message}
	}
	if c, ok := is(v1alpha1.ApplicationSetConditionResourcesUpToDate); ok {
		return v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusHealthy, Message: c.Message}
	}
	return v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusUnknown}
}
