package health

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// The kinds of Cluster API (https://cluster-api.sigs.k8s.io/reference/glossary),
// v1beta1 and v1beta2. Providers' own kinds follow the kstatus convention.

// unlessPaused puts a rule behind spec.paused, the annotation and the
// condition Paused: what is paused is not reconciled, so its status is old.
func unlessPaused(judge rule) rule {
	return func(o object) v1alpha1.HealthStatus {
		annotations, _ := o.value("metadata", "annotations").(map[string]any)
		_, annotated := annotations["cluster.x-k8s.io/paused"]
		switch {
		case o.is("spec", "paused"):
			return suspended("paused: waiting for spec.paused to be taken off")
		case annotated:
			return suspended("paused: waiting for annotation cluster.x-k8s.io/paused to be taken off")
		case o.condition("Paused").isTrue():
			return suspended("paused: " + cmp.Or(o.condition("Paused").why(), "waiting to be resumed"))
		}
		return judge(o)
	}
}

// capiCluster: the condition Ready (v1beta1) or Available (v1beta2) counts
// against a cluster once it is provisioned. On the way there it counts only
// if it is more than information.
func capiCluster(o object) v1alpha1.HealthStatus {
	phase, bad := o.text("status", "phase"), failing(o)
	switch {
	case phase == "Failed":
		return degraded(cmp.Or(bad.why(), "cluster failed"))
	case bad.kind != "" && (phase == "Provisioned" || bad.severity == "Error"):
		return degraded(cmp.Or(bad.why(), "condition "+bad.kind+" is False"))
	case phase == "Provisioned":
		return healthy("cluster is provisioned")
	}
	return progressing(waitingInPhase("cluster", phase, bad.condition))
}

// failing is the condition Ready or Available, if it is False.
func failing(o object) (bad struct {
	condition
	severity string
}) {
	for _, c := range o.list("status", "conditions") {
		kind := c.text("type")
		if (kind == "Ready" || kind == "Available") && c.text("status") == "False" {
			bad.condition, bad.severity = conditionOf(c), c.text("severity")
			return bad
		}
	}
	return bad
}

func machine(o object) v1alpha1.HealthStatus {
	bad := failing(o).condition
	switch phase := o.text("status", "phase"); phase {
	case "Running":
		return healthy("machine is running")
	case "Failed":
		return degraded(cmp.Or(bad.why(), o.text("status", "failureMessage"), "machine failed"))
	default:
		return progressing(waitingInPhase("machine", phase, bad))
	}
}

func waitingInPhase(what, phase string, bad condition) string {
	if phase == "" {
		return "waiting for the " + what + "'s first status"
	}
	return strings.TrimSuffix(fmt.Sprintf("%s is %s: %s", what, strings.ToLower(phase), bad.why()), ": ")
}

func machineDeployment(o object) v1alpha1.HealthStatus {
	switch phase := o.text("status", "phase"); phase {
	case "Running":
		return healthy("machines are running")
	case "Failed":
		return degraded(cmp.Or(failing(o).why(), "machines cannot be created or deleted"))
	case "ScalingUp", "ScalingDown":
		return progressing(fmt.Sprintf("%s: %d of %d machines are ready", phase,
			o.number("status", "readyReplicas"), o.numberOr(1, "spec", "replicas")))
	default:
		return progressing(waitingInPhase("machine deployment", phase, failing(o).condition))
	}
}

func machinePool(o object) v1alpha1.HealthStatus {
	phase := o.text("status", "phase")
	message := strings.Join(append([]string{"machine pool is " + phase}, unmet(o.conditions(), "Paused")...), "; ")
	switch phase {
	case "Running", "Scaling":
		return healthy(message)
	case "Failed", "Unknown":
		return degraded(message)
	case "":
		return progressing("waiting for the machine pool's first status")
	}
	return progressing(message)
}

func machineHealthCheck(o object) v1alpha1.HealthStatus {
	if o.value("status", "currentHealthy") == nil {
		return progressing("waiting for the machines to be counted")
	}
	expected, good := o.number("status", "expectedMachines"), o.number("status", "currentHealthy")
	if expected != good {
		return degraded(fmt.Sprintf("%d of %d machines are healthy", good, expected))
	}
	return healthy("")
}
