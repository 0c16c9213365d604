package health

import (
	"fmt"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func deployment(o object) v1alpha1.HealthStatus {
	if o.is("spec", "paused") {
		return suspended("deployment is paused")
	}
	if !o.observed() {
		return progressing("waiting for the controller to observe the latest spec")
	}
	if c := o.condition("Progressing"); c.reason == "ProgressDeadlineExceeded" {
		return degraded("roll-out exceeded its progress deadline: " + c.message)
	}
	wanted := o.numberOr(1, "spec", "replicas")
	total := o.number("status", "replicas")
	updated := o.number("status", "updatedReplicas")
	available := o.number("status", "availableReplicas")
	switch {
	case updated < wanted:
		return progressing(fmt.Sprintf("%d of %d replicas are updated", updated, wanted))
	case total > updated:
		return progressing(fmt.Sprintf("%d old replicas are still to end", total-updated))
	case available < updated:
		return progressing(fmt.Sprintf("%d of %d updated replicas are available", available, updated))
	}
	return healthy("")
}

func statefulSet(o object) v1alpha1.HealthStatus {
	if o.number("status", "observedGeneration") == 0 || !o.observed() {
		return progressing("waiting for the controller to observe the latest spec")
	}
	wanted := o.numberOr(1, "spec", "replicas")
	isReady := o.number("status", "readyReplicas")
	updated := o.number("status", "updatedReplicas")
	if isReady < wanted {
		return progressing(fmt.Sprintf("%d of %d pods are ready", isReady, wanted))
	}
	if o.text("spec", "updateStrategy", "type") == "OnDelete" {
		return healthy(fmt.Sprintf("%d pods are ready; pods are updated when deleted", isReady))
	}
	if partition := o.number("spec", "updateStrategy", "rollingUpdate", "partition"); partition > 0 {
		if updated < wanted-partition {
			return progressing(fmt.Sprintf("%d of %d pods of the partition are updated", updated, wanted-partition))
		}
		return healthy(fmt.Sprintf("%d pods of the partition are updated", updated))
	}
	if o.text("status", "updateRevision") != o.text("status", "currentRevision") {
		return progressing(fmt.Sprintf("%d pods are at revision %s", updated, o.text("status", "updateRevision")))
	}
	return healthy("")
}

func daemonSet(o object) v1alpha1.HealthStatus {
	if !o.observed() {
		return progressing("waiting for the controller to observe the latest spec")
	}
	desired := o.number("status", "desiredNumberScheduled")
	updated := o.number("status", "updatedNumberScheduled")
	available := o.number("status", "numberAvailable")
	switch {
	case o.text("spec", "updateStrategy", "type") == "OnDelete":
		return healthy(fmt.Sprintf("%d of %d pods are updated; pods are updated when deleted", updated, desired))
	case updated < desired:
		return progressing(fmt.Sprintf("%d of %d pods are updated", updated, desired))
	case available < desired:
		return progressing(fmt.Sprintf("%d of %d pods are available", available, desired))
	}
	return healthy("")
}

func replicaSet(o object) v1alpha1.HealthStatus {
	if !o.observed() {
		return progressing("waiting for the controller to observe the latest spec")
	}
	if c := o.condition("ReplicaFailure"); c.status == "True" {
		return degraded(c.message)
	}
	wanted := o.numberOr(1, "spec", "replicas")
	if available := o.number("status", "availableReplicas"); available < wanted {
		return progressing(fmt.Sprintf("%d of %d replicas are available", available, wanted))
	}
	return healthy("")
}

func job(o object) v1alpha1.HealthStatus {
	if c := o.condition("Failed"); c.status == "True" {
		return degraded(c.message)
	}
	if c := o.condition("Complete"); c.status == "True" {
		return healthy(c.message)
	}
	if c := o.condition("Suspended"); c.status == "True" {
		return suspended(c.message)
	}
	return progressing("job is running")
}
