package health

import (
	"cmp"
	"fmt"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

const unobserved = "waiting for the controller to observe the latest spec"

func deployment(o object) v1alpha1.HealthStatus {
	if o.is("spec", "paused") {
		return suspended("deployment is paused: waiting for spec.paused to be taken off")
	}
	if !o.observed() {
		return progressing(unobserved)
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
		return progressing(fmt.Sprintf("%d of %d replicas are updated%s", updated, wanted, o.replicaFailure()))
	case total > updated:
		return progressing(fmt.Sprintf("%d old replicas are still to end", total-updated))
	case available < updated:
		return progressing(fmt.Sprintf("%d of %d updated replicas are available", available, updated))
	}
	return healthy("")
}

// replicaFailure says why pods cannot be created (a quota, an admission
// webhook), if they cannot.
func (o object) replicaFailure() string {
	if c := o.condition("ReplicaFailure"); c.isTrue() {
		return ": " + c.why()
	}
	return ""
}

// statefulSet goes by the revision only without spec.updateStrategy.rollingUpdate:
// with it, the number of updated pods is what the strategy promises.
func statefulSet(o object) v1alpha1.HealthStatus {
	if o.number("status", "observedGeneration") == 0 || !o.observed() {
		return progressing(unobserved)
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
	if _, rolling := o.value("spec", "updateStrategy", "rollingUpdate").(map[string]any); rolling {
		return partitioned(wanted, updated, o.number("spec", "updateStrategy", "rollingUpdate", "partition"))
	}
	if o.text("status", "updateRevision") != o.text("status", "currentRevision") {
		return progressing(fmt.Sprintf("%d pods are at revision %s", updated, o.text("status", "updateRevision")))
	}
	return healthy("")
}

// partitioned judges an update of the pods of a stateful set from the ordinal
// partition on.
func partitioned(wanted, updated, partition int64) v1alpha1.HealthStatus {
	switch {
	case updated >= wanted-partition && partition > 0:
		return healthy(fmt.Sprintf("%d pods of the partition are updated", updated))
	case updated >= wanted:
		return healthy("")
	case partition > 0:
		return progressing(fmt.Sprintf("%d of %d pods of the partition are updated", updated, wanted-partition))
	}
	return progressing(fmt.Sprintf("%d of %d pods are updated", updated, wanted))
}

func daemonSet(o object) v1alpha1.HealthStatus {
	if !o.observed() {
		return progressing(unobserved)
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
		return progressing(unobserved)
	}
	if c := o.condition("ReplicaFailure"); c.isTrue() {
		return degraded(cmp.Or(c.message, c.reason))
	}
	wanted := o.numberOr(1, "spec", "replicas")
	if available := o.number("status", "availableReplicas"); available < wanted {
		return progressing(fmt.Sprintf("%d of %d replicas are available", available, wanted))
	}
	return healthy("")
}
