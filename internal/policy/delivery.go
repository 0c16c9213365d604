package policy

import (
	"errors"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Delivery lists all that keeps an Application of the hub from being delivered
// to a cluster: that it may not belong to the project, then what Application
// says. Nothing when it may be sent.
func Delivery(project *v1alpha1.AppProject, app *v1alpha1.Application, cluster Cluster) []Violation {
	var out []Violation
	var v Violation
	if project != nil && errors.As(Member(project, app), &v) {
		out = append(out, v)
	}
	return append(out, Application(project, app, cluster)...)
}

// Refusal is what a project forbids of an Application, as a condition has it:
// hub and agent write the same words, so that it is said once. "" for nothing.
func Refusal(app *v1alpha1.Application, violations []Violation) string {
	if len(violations) == 0 {
		return ""
	}
	texts := make([]string, len(violations))
	for i, v := range violations {
		texts[i] = v.Error()
	}
	return "application " + app.Name + ": " + strings.Join(texts, "; ")
}

// Refused is a Violation as the result of a sync has it: Argo CD's words first,
// for whoever looks for them.
//
// Source: https://github.com/argoproj/argo-cd/blob/master/controller/sync.go
// (validateSyncPermissions).
func Refused(project *v1alpha1.AppProject, r Resource, v Violation) string {
	name := nameOf(project)
	if r.Namespaced && v.byPlace() {
		return "namespace " + r.Namespace + " is not permitted in project '" + name + "': " + r.String() + ": " + v.Field + ": " + v.Value + "; " + v.Fix
	}
	return "resource " + r.Group + ":" + r.Kind + " is not permitted in project " + name + ": " + v.Field + ": " + v.Value + "; " + v.Fix
}
