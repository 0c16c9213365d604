package applicationset

import (
	"context"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
)

// maxProblems bounds how many problems a condition spells out.
const maxProblems = 5

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
		message:     fmt.Sprintf("%v; the set keeps what it has", err),
	}
}

// expanded is the verdict after writing: what was rejected, claimed twice,
// owned by others or refused by the API server.
func expanded(result expand.Result, plan Plan, failed error) verdict {
	v := verdict{generated: true, upToDate: true}
	var problems []string
	problem := func(reason, text string) {
		if v.errorReason == "" {
			v.errorReason = reason
		}
		problems = append(problems, text)
		v.upToDate = false
	}
	for _, d := range result.Duplicates {
		problem(v1alpha1.ApplicationSetReasonApplicationValidationError, d.Error())
	}
	for _, row := range result.Rejected {
		problem(v1alpha1.ApplicationSetReasonRenderTemplateParamsError, row.Err.Error())
	}
	for _, name := range plan.Foreign {
		problem(v1alpha1.ApplicationSetReasonApplicationValidationError, fmt.Sprintf("application %q belongs to another owner; rename the row or delete the other", name))
	}
	if failed != nil {
		problem(v1alpha1.ApplicationSetReasonUpdateApplicationError, failed.Error())
	}
	if n := len(problems); n > maxProblems {
		problems = append(problems[:maxProblems], fmt.Sprintf("and %d more", n-maxProblems))
	}
	v.message = strings.Join(problems, "; ")
	if !complete(result) {
		v.message += "; nothing is deleted until every row gives an application of its own"
	}
	return v
}

// conditions are Argo CD's three, in its order.
func (v verdict) conditions() []v1alpha1.ApplicationSetCondition {
	condition := func(t v1alpha1.ApplicationSetConditionType, holds bool, reason, message string) v1alpha1.ApplicationSetCondition {
		c := v1alpha1.ApplicationSetCondition{Type: t, Status: v1alpha1.ApplicationSetConditionStatusFalse, Reason: reason, Message: message}
		if holds {
			c.Status = v1alpha1.ApplicationSetConditionStatusTrue
		}
		return c
	}
	reason, message := v.errorReason, v.message
	if reason == "" {
		reason, message = v1alpha1.ApplicationSetReasonApplicationSetUpToDate, "all applications have been generated and written"
	}
	generated := condition(v1alpha1.ApplicationSetConditionParametersGenerated, true, v1alpha1.ApplicationSetReasonParametersGenerated, "every generator succeeded")
	if !v.generated {
		generated = condition(v1alpha1.ApplicationSetConditionParametersGenerated, false, reason, message)
	}
	return []v1alpha1.ApplicationSetCondition{
		condition(v1alpha1.ApplicationSetConditionErrorOccurred, v.errorReason != "", reason, message),
		generated,
		condition(v1alpha1.ApplicationSetConditionResourcesUpToDate, v.upToDate, reason, message),
	}
}

// writeConditions patches the set's conditions if they say something new. The
// conditions of others (rollouts, guards) stay.
func (r *Reconciler) writeConditions(ctx context.Context, set *v1alpha1.ApplicationSet, v verdict) error {
	before := set.DeepCopy()
	now := metav1.NewTime(r.Now())
	changed := false
	for _, c := range v.conditions() {
		i := slices.IndexFunc(set.Status.Conditions, func(o v1alpha1.ApplicationSetCondition) bool { return o.Type == c.Type })
		if i >= 0 {
			if o := set.Status.Conditions[i]; o.Status == c.Status && o.Reason == c.Reason && o.Message == c.Message {
				continue
			}
			set.Status.Conditions = slices.Delete(set.Status.Conditions, i, i+1)
		}
		c.LastTransitionTime = &now
		set.Status.Conditions = append(set.Status.Conditions, c)
		changed = true
	}
	if !changed {
		return nil
	}
	slices.SortStableFunc(set.Status.Conditions, func(a, b v1alpha1.ApplicationSetCondition) int {
		return strings.Compare(string(a.Type), string(b.Type))
	})
	if err := r.Client.Status().Patch(ctx, set, client.MergeFrom(before)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("write conditions of applicationset %s/%s: %w", set.Namespace, set.Name, err)
	}
	return nil
}
