package health

import (
	"fmt"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func pod(o object) v1alpha1.HealthStatus {
	always := o.text("spec", "restartPolicy") == "Always" || o.text("spec", "restartPolicy") == ""
	if always {
		if why := stuckContainer(o); why != "" {
			return degraded(why)
		}
	}
	message := o.text("status", "message")
	switch phase := o.text("status", "phase"); phase {
	case "", "Pending":
		return progressing(message)
	case "Succeeded":
		return healthy(message)
	case "Failed":
		if message == "" {
			message = failedContainer(o)
		}
		return degraded(message)
	case "Running":
		switch {
		case !always:
			return progressing("pod is running and is expected to end")
		case o.condition("Ready").status == "True":
			return healthy(message)
		case restarted(o) != "":
			return degraded(restarted(o))
		}
		return progressing("pod is running and not ready yet")
	default:
		return unknown(fmt.Sprintf("pod phase is %s", phase))
	}
}

func containers(o object) []object {
	return append(o.list("status", "initContainerStatuses"), o.list("status", "containerStatuses")...)
}

// stuckContainer names a container that waits for a reason that time does not
// heal: CrashLoopBackOff, ErrImagePull, CreateContainerConfigError and others
// of those endings.
func stuckContainer(o object) string {
	for _, c := range containers(o) {
		why := c.text("state", "waiting", "reason")
		if strings.HasPrefix(why, "Err") || strings.HasSuffix(why, "Error") || strings.HasSuffix(why, "BackOff") {
			return strings.TrimSuffix(fmt.Sprintf("container %s: %s: %s", c.text("name"), why, c.text("state", "waiting", "message")), ": ")
		}
	}
	return ""
}

func failedContainer(o object) string {
	for _, c := range containers(o) {
		if code := c.number("state", "terminated", "exitCode"); code != 0 {
			return strings.TrimSuffix(fmt.Sprintf("container %s failed with exit code %d: %s",
				c.text("name"), code, c.text("state", "terminated", "message")), ": ")
		}
	}
	return "pod failed"
}

func restarted(o object) string {
	for _, c := range containers(o) {
		if c.value("lastState", "terminated") != nil && c.number("lastState", "terminated", "exitCode") != 0 {
			return fmt.Sprintf("container %s is not ready and has ended with exit code %d before",
				c.text("name"), c.number("lastState", "terminated", "exitCode"))
		}
	}
	return ""
}
