package health

import (
	"cmp"
	"fmt"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// workflow of Argo Workflows
// (https://argo-workflows.readthedocs.io/en/latest/fields/#workflowstatus).
// A suspended one is Progressing, as in Argo CD; the message says that it
// waits.
func workflow(o object) v1alpha1.HealthStatus {
	message := o.text("status", "message")
	switch phase := o.text("status", "phase"); phase {
	case "", "Pending", "Running":
		if o.is("spec", "suspend") {
			return progressing(cmp.Or(message, "workflow is suspended: waiting for spec.suspend to be taken off"))
		}
		return progressing(cmp.Or(message, workflowStep(o, phase)))
	case "Succeeded":
		return healthy(message)
	case "Failed", "Error":
		return degraded(cmp.Or(message, "workflow ended with "+phase))
	default:
		return unknown(cmp.Or(message, fmt.Sprintf("workflow phase is %s", phase)))
	}
}

func workflowStep(o object, phase string) string {
	switch progress := o.text("status", "progress"); {
	case phase == "":
		return "waiting for the workflow to start"
	case phase == "Pending":
		return "workflow is pending"
	case progress != "":
		return "workflow is running: " + progress + " steps are done"
	}
	return "workflow is running"
}

// cronWorkflow is Healthy until it says that it cannot start workflows: before
// its first time nothing is to be waited for.
func cronWorkflow(o object) v1alpha1.HealthStatus {
	for _, kind := range []string{"SpecError", "SubmissionError"} {
		if c := o.condition(kind); c.isTrue() {
			return degraded(cmp.Or(c.message, c.reason, kind))
		}
	}
	if c := o.condition("Completed"); c.isTrue() {
		return healthy(c.message)
	}
	if o.is("spec", "suspend") {
		return healthy("suspended: no workflows are started")
	}
	return healthy("")
}
