package health

import (
	"cmp"
	"fmt"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// rollout judges a Rollout of Argo Rollouts
// (https://argo-rollouts.readthedocs.io/en/stable/features/specification/).
// Since 1.0 it writes a phase; older ones are judged by replicas.
func rollout(o object) v1alpha1.HealthStatus {
	if why := rolloutLag(o); why != "" {
		return progressing(why)
	}
	message := o.text("status", "message")
	switch phase := o.text("status", "phase"); phase {
	case "":
		return olderRollout(o)
	case "Healthy":
		return healthy(message)
	case "Paused":
		return suspended("rollout is paused: " + cmp.Or(message, pauseReason(o)))
	case "Degraded":
		return degraded(cmp.Or(message, o.condition("Progressing").why(), "rollout is degraded"))
	case "Progressing":
		return progressing(cmp.Or(message, o.condition("Progressing").why()))
	default:
		return unknown(fmt.Sprintf("rollout phase is %s", phase))
	}
}

// rolloutLag says that the controller has not seen the latest spec, or the
// latest one of the workload that it refers to. status.observedGeneration is a
// numeral in a string; before 0.10 it was a hash and tells nothing.
func rolloutLag(o object) string {
	if o.value("status") == nil {
		return "waiting for the controller's first status"
	}
	latest := o.number("metadata", "generation")
	if observed, ok := o.numeral("status", "observedGeneration"); ok && observed < latest {
		return fmt.Sprintf("waiting for the controller to observe generation %d; it has seen %d", latest, observed)
	}
	if o.value("spec", "workloadRef") == nil {
		return ""
	}
	workload, annotated := o.numeral("metadata", "annotations", "rollout.argoproj.io/workload-generation")
	if observed, _ := o.numeral("status", "workloadObservedGeneration"); annotated && observed != workload {
		return fmt.Sprintf("waiting for the controller to observe generation %d of the workload; it has seen %d", workload, observed)
	}
	return ""
}

func pauseReason(o object) string {
	for _, c := range o.list("status", "pauseConditions") {
		if reason := c.text("reason"); reason != "" {
			return reason
		}
	}
	return "waiting to be promoted or resumed"
}

// olderRollout judges a rollout whose controller writes no phase.
func olderRollout(o object) v1alpha1.HealthStatus {
	if c := o.condition("InvalidSpec"); c.status != "" {
		return degraded(cmp.Or(c.message, c.reason))
	}
	if c := o.condition("Progressing"); c.reason == "RolloutAborted" || c.reason == "ProgressDeadlineExceeded" {
		return degraded(cmp.Or(c.message, c.reason))
	}
	if len(o.list("status", "pauseConditions")) > 0 || o.is("spec", "paused") {
		return suspended("rollout is paused: " + pauseReason(o))
	}
	if o.text("status", "currentPodHash") == "" {
		return progressing("waiting for the controller's first status")
	}
	if why := rolloutStep(o); why != "" {
		return progressing(why)
	}
	return healthy("")
}

// rolloutStep says which step of an older rollout is not done.
func rolloutStep(o object) string {
	wanted := o.numberOr(1, "spec", "replicas")
	total := o.number("status", "replicas")
	updated := o.number("status", "updatedReplicas")
	available := o.number("status", "availableReplicas")
	switch {
	case updated < wanted:
		return fmt.Sprintf("%d of %d replicas are updated", updated, wanted)
	case available < updated:
		return fmt.Sprintf("%d of %d updated replicas are available", available, updated)
	}
	current := o.text("status", "currentPodHash")
	stable := cmp.Or(o.text("status", "stableRS"), o.text("status", "canary", "stableRS"))
	if o.value("spec", "strategy", "blueGreen") != nil {
		switch {
		case o.text("status", "blueGreen", "activeSelector") != current:
			return "the active service is still to be switched"
		case stable != "" && stable != current:
			return "waiting for the analysis"
		}
		return ""
	}
	if o.value("spec", "strategy", "canary") != nil {
		switch {
		case total > updated:
			return fmt.Sprintf("%d old replicas are still to end", total-updated)
		case stable != current:
			return "waiting for the remaining steps"
		}
	}
	return ""
}

func analysisRun(o object) v1alpha1.HealthStatus { return verdict(o, "analysis run") }

func experiment(o object) v1alpha1.HealthStatus { return verdict(o, "experiment") }

// verdict reads the phase of an AnalysisRun or Experiment.
func verdict(o object, what string) v1alpha1.HealthStatus {
	message := o.text("status", "message")
	switch phase := o.text("status", "phase"); phase {
	case "":
		return progressing("waiting for the " + what + " to start")
	case "Pending", "Running":
		return progressing(cmp.Or(message, what+" is "+map[string]string{"Pending": "pending", "Running": "running"}[phase]))
	case "Successful":
		return healthy(cmp.Or(message, what+" was successful"))
	case "Failed":
		return degraded(cmp.Or(message, what+" failed"))
	case "Error":
		return degraded(cmp.Or(message, what+" had an error"))
	case "Inconclusive":
		return unknown(cmp.Or(message, what+" was inconclusive"))
	default:
		return unknown(fmt.Sprintf("phase of the %s is %s", what, phase))
	}
}
