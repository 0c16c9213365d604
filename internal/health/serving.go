package health

import (
	"fmt"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// inferenceService of KServe
// (https://kserve.github.io/website/docs/reference/crd-api). It is Degraded
// only if its model says so: conditions turn False on the way up, too.
// status.observedGeneration is that of a component's workload, so it says
// nothing of the service's own spec.
func inferenceService(o object) v1alpha1.HealthStatus {
	if o.condition("Stopped").isTrue() {
		return suspended("inference service is stopped: waiting for annotation serving.kserve.io/stop to be taken off")
	}
	conditions := o.conditions()
	transition := o.text("status", "modelStatus", "transitionStatus")
	pending := unmet(conditions, "Stopped")
	switch {
	case transition != "" && transition != "UpToDate" && transition != "InProgress":
		return degraded(strings.Join(append([]string{modelFailure(o, transition)}, pending...), "; "))
	case len(conditions) == 0:
		return progressing("waiting for the inference service's first status")
	case transition == "InProgress":
		return progressing(strings.Join(append([]string{"the model is being loaded"}, pending...), "; "))
	case len(pending) > 0:
		return progressing(strings.Join(pending, "; "))
	}
	return healthy("")
}

func modelFailure(o object, transition string) string {
	message := "model is " + transition
	info := object{map[string]any{"info": o.value("status", "modelStatus", "lastFailureInfo")}}
	for _, field := range []string{"reason", "message"} {
		if text := info.text("info", field); text != "" {
			message += ": " + text
		}
	}
	return message
}

// unmet says which conditions are not True, except those that are not meant to be.
func unmet(conditions []condition, except string) []string {
	var out []string
	for _, c := range conditions {
		if c.isTrue() || c.kind == except {
			continue
		}
		out = append(out, strings.TrimSuffix(fmt.Sprintf("%s is %s: %s", c.kind, c.status, c.why()), ": "))
	}
	return out
}

// knativeService (https://knative.dev/docs/serving/reference/serving-api/) has
// three conditions, all of which must be True.
func knativeService(o object) v1alpha1.HealthStatus {
	conditions := o.conditions()
	pending := unmet(conditions, "")
	for _, c := range conditions {
		if c.isFalse() {
			return degraded(strings.Join(pending, "; "))
		}
	}
	for _, kind := range []string{"ConfigurationsReady", "RoutesReady", "Ready"} {
		if o.condition(kind).status == "" {
			pending = append(pending, "waiting for the condition "+kind)
		}
	}
	if len(pending) > 0 {
		return progressing(strings.Join(pending, "; "))
	}
	return healthy("")
}
