package health

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// The kinds of KubeRay (https://ray-project.github.io/kuberay/reference/api/).
// Its operator writes status.observedGeneration only along with other changes,
// so it may lag for good: these rules do not wait for it.

// rayCluster goes by conditions (1.2 and later), else by status.state.
func rayCluster(o object) v1alpha1.HealthStatus {
	state, reason := o.text("status", "state"), o.text("status", "reason")
	head, provisioned := o.condition("HeadPodReady"), o.condition("RayClusterProvisioned")
	switch {
	case o.condition("RayClusterSuspending").isTrue():
		return progressing("cluster is being suspended")
	case o.condition("RayClusterSuspended").isTrue(), state == "suspended":
		if !o.is("spec", "suspend") {
			return progressing("cluster is being resumed")
		}
		return suspended("cluster is suspended: waiting for spec.suspend to be taken off")
	case o.is("spec", "suspend"):
		return progressing("waiting for the cluster to be suspended")
	case o.condition("ReplicaFailure").isTrue():
		return degraded(cmp.Or(o.condition("ReplicaFailure").why(), "pods cannot be created or deleted"))
	case state == "failed", state == "unhealthy":
		return degraded(cmp.Or(reason, "cluster is "+state))
	case head.isFalse():
		return progressing("head pod is not ready: " + head.why())
	case state == "ready", provisioned.isTrue():
		return healthy("")
	case provisioned.isFalse():
		return progressing(fmt.Sprintf("%d of %d workers are available: %s",
			o.number("status", "availableWorkerReplicas"), o.number("status", "desiredWorkerReplicas"), provisioned.why()))
	}
	return progressing(cmp.Or(reason, "waiting for the cluster's pods"))
}

// rayService goes by conditions (1.3 and later), else by status.serviceStatus.
func rayService(o object) v1alpha1.HealthStatus {
	ready, state := o.condition("Ready"), o.text("status", "serviceStatus")
	switch {
	case o.condition("Suspending").isTrue():
		return progressing("service is being suspended")
	case o.condition("Suspended").isTrue():
		return suspended("service is suspended: waiting for spec.suspend to be taken off")
	case ready.isFalse() && slices.Contains([]string{"InitializingTimeout", "ValidationFailed"}, ready.reason):
		return degraded(ready.why())
	case strings.HasPrefix(state, "FailedTo"):
		return degraded("service is in state " + state)
	case failedApplication(o) != "":
		return degraded(failedApplication(o))
	case o.condition("RollbackInProgress").isTrue():
		return progressing(cmp.Or(o.condition("RollbackInProgress").message, "an upgrade is being rolled back"))
	case o.condition("UpgradeInProgress").isTrue():
		return progressing(cmp.Or(o.condition("UpgradeInProgress").message, "an upgrade is under way"))
	case ready.isTrue(), ready.status == "" && state == "Running":
		return healthy(ready.message)
	case ready.reason == "ZeroServeEndpoints":
		return degraded(ready.why())
	}
	return progressing(cmp.Or(ready.why(), state, "waiting for the service's first status"))
}

// failedApplication names an application of Ray Serve that does not come up,
// the first by cluster and name.
func failedApplication(o object) string {
	for _, cluster := range []string{"activeServiceStatus", "pendingServiceStatus"} {
		apps, _ := o.value("status", cluster, "applicationStatuses").(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(apps)) {
			app := object{apps}
			state := app.text(name, "status")
			if state == "DEPLOY_FAILED" || state == "UNHEALTHY" {
				return strings.TrimSuffix(fmt.Sprintf("application %s is %s: %s", name, state, app.text(name, "message")), ": ")
			}
		}
	}
	return ""
}

func rayJob(o object) v1alpha1.HealthStatus {
	state, result := o.text("status", "jobDeploymentStatus"), o.text("status", "jobStatus")
	why := strings.Trim(o.text("status", "reason")+": "+o.text("status", "message"), ": ")
	switch state {
	case "Failed", "ValidationFailed":
		return degraded(cmp.Or(why, "job failed"))
	case "Suspended":
		return suspended("job is suspended: waiting for spec.suspend to be taken off")
	case "Complete":
		switch result {
		case "FAILED", "STOPPED":
			return degraded(cmp.Or(why, "job ended as "+result))
		}
		return healthy(o.text("status", "message"))
	case "":
		return progressing("waiting for the job's first status")
	case "Initializing":
		return progressing("waiting for the job's cluster")
	case "Waiting":
		return progressing("waiting for somebody to submit the job")
	case "Running":
		return progressing("job is " + strings.ToLower(cmp.Or(result, "running")))
	}
	return progressing(cmp.Or(why, "job is "+strings.ToLower(state)))
}
