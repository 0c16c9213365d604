package health

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// pod judges a pod. One that is to end (restartPolicy OnFailure or Never) is
// never Degraded before it has failed: it may be a hook, whose sync would fail
// while an image is still to come.
func pod(o object) v1alpha1.HealthStatus {
	policy := o.text("spec", "restartPolicy")
	always := policy == "Always" || policy == ""
	stuck := stuckContainer(o)
	if always && stuck != "" {
		return degraded(stuck)
	}
	message := o.text("status", "message")
	switch phase := o.text("status", "phase"); phase {
	case "", "Pending":
		return progressing(cmp.Or(stuck, message, pendingFor(o)))
	case "Succeeded":
		return healthy(message)
	case "Failed":
		return degraded(cmp.Or(message, failedContainer(o)))
	case "Running":
		switch {
		case !always:
			return progressing(cmp.Or(stuck, message, "pod is running and is expected to end"))
		case o.condition("Ready").isTrue():
			return healthy(message)
		case restarted(o) != "":
			return degraded(cmp.Or(message, restarted(o)))
		}
		return progressing(cmp.Or(message, "pod is running and not ready yet"))
	default:
		return unknown(cmp.Or(message, fmt.Sprintf("pod phase is %s", phase)))
	}
}

// pendingFor says what a pending pod waits for: a node, or its containers.
func pendingFor(o object) string {
	if c := o.condition("PodScheduled"); c.isFalse() {
		return "pod is not scheduled: " + c.why()
	}
	if len(o.list("spec", "schedulingGates")) > 0 {
		return "pod is not scheduled: it has scheduling gates"
	}
	for _, c := range containers(o) {
		if why := c.text("state", "waiting", "reason"); why != "" {
			return fmt.Sprintf("container %s: %s", c.text("name"), why)
		}
	}
	return "pod is pending"
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
			message := strings.TrimSuffix(fmt.Sprintf("container %s: %s: %s", c.text("name"), why, c.text("state", "waiting", "message")), ": ")
			if n := c.number("restartCount"); n > 0 {
				message += fmt.Sprintf(" (%d restarts)", n)
			}
			return message
		}
	}
	return ""
}

// failedContainer says which container ended the pod.
func failedContainer(o object) string {
	for _, c := range containers(o) {
		code, reason := c.number("state", "terminated", "exitCode"), c.text("state", "terminated", "reason")
		if code == 0 && reason != "OOMKilled" {
			continue
		}
		why := c.text("state", "terminated", "message")
		if why == "" && reason != "Error" {
			why = reason
		}
		return strings.TrimSuffix(fmt.Sprintf("container %s failed with exit code %d: %s", c.text("name"), code, why), ": ")
	}
	return cmp.Or(o.text("status", "reason"), "pod failed")
}

// restarted names a container of a pod that is not ready which has ended
// before. Init containers are meant to end.
func restarted(o object) string {
	for _, c := range o.list("status", "containerStatuses") {
		if _, ended := c.value("lastState", "terminated").(map[string]any); ended {
			message := fmt.Sprintf("container %s is not ready and has ended with exit code %d before",
				c.text("name"), c.number("lastState", "terminated", "exitCode"))
			if reason := c.text("lastState", "terminated", "reason"); reason != "" && reason != "Error" {
				message += " (" + reason + ")"
			}
			return message
		}
	}
	return ""
}
