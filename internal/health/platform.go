package health

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func claim(o object) v1alpha1.HealthStatus {
	switch phase := o.text("status", "phase"); phase {
	case "Bound":
		return healthy("")
	case "Lost":
		return degraded("the volume of the claim is lost")
	case "", "Pending":
		return progressing("claim is not bound yet")
	default:
		return unknown(fmt.Sprintf("claim phase is %s", phase))
	}
}

func service(o object) v1alpha1.HealthStatus {
	if o.text("spec", "type") == "LoadBalancer" && len(o.list("status", "loadBalancer", "ingress")) == 0 {
		return progressing("waiting for the load balancer")
	}
	return healthy("")
}

func ingress(o object) v1alpha1.HealthStatus {
	if len(o.list("status", "loadBalancer", "ingress")) == 0 {
		return progressing("waiting for the ingress controller to give an address")
	}
	return healthy("")
}

// autoscaler reads its conditions, which autoscaling/v1 keeps in an annotation.
func autoscaler(o object) v1alpha1.HealthStatus {
	const annotation = "autoscaling.alpha.kubernetes.io/conditions"
	if v1 := o.text("metadata", "annotations", annotation); v1 != "" && len(o.conditions()) == 0 {
		var conditions []any
		if err := json.Unmarshal([]byte(v1), &conditions); err != nil {
			return unknown(fmt.Sprintf("annotation %s does not decode: %v", annotation, err))
		}
		o = object{map[string]any{"status": map[string]any{"conditions": conditions}}}
	}
	for _, c := range o.conditions() {
		scales := c.kind == "AbleToScale" || c.kind == "ScalingActive"
		if scales && (strings.HasPrefix(c.reason, "Failed") || strings.HasPrefix(c.reason, "Invalid")) {
			return degraded(cmp.Or(c.message, c.reason))
		}
	}
	able, limited := o.condition("AbleToScale"), o.condition("ScalingLimited")
	if !able.isTrue() && !limited.isTrue() {
		return progressing(cmp.Or(able.message, "waiting for the autoscaler"))
	}
	if active := o.condition("ScalingActive"); active.isTrue() {
		return healthy(active.message)
	}
	if able.isTrue() {
		return healthy(able.message)
	}
	return healthy(limited.message)
}

// disruptionBudget is Healthy even where it allows no disruption at present:
// that may be meant (https://github.com/argoproj/argo-cd/issues/20171).
func disruptionBudget(o object) v1alpha1.HealthStatus {
	conditions := o.conditions()
	for _, c := range conditions {
		if c.isFalse() && c.reason != "InsufficientPods" {
			return degraded(cmp.Or(c.why(), "condition "+c.kind+" is False"))
		}
	}
	if len(conditions) == 0 {
		return progressing("waiting for the disruption controller's first status")
	}
	return healthy(conditions[0].reason)
}

// apiService is never Degraded: its server may still be on its way up.
func apiService(o object) v1alpha1.HealthStatus {
	switch c := o.condition("Available"); c.status {
	case "True":
		return healthy(c.message)
	case "":
		return progressing("waiting for the API service to be looked at")
	default:
		return progressing(cmp.Or(c.why(), "waiting for the API service to be available"))
	}
}

// definition of a custom resource. It waits for the condition Established,
// which comes a moment after NamesAccepted.
func definition(o object) v1alpha1.HealthStatus {
	if c := o.condition("Terminating"); c.isTrue() {
		return progressing("definition is being deleted: " + c.why())
	}
	if c := o.condition("NamesAccepted"); c.isFalse() {
		return degraded("names are not accepted: " + cmp.Or(c.message, c.reason))
	}
	if c := o.condition("NonStructuralSchema"); c.isTrue() {
		return degraded("schema is not structural: " + cmp.Or(c.message, c.reason))
	}
	switch c := o.condition("Established"); {
	case c.isTrue():
		return healthy("")
	case c.isFalse() && c.reason != "Installing" && c.reason != "NotAccepted":
		return degraded("not established: " + cmp.Or(c.message, c.reason))
	}
	return progressing("waiting for the definition to be established")
}
