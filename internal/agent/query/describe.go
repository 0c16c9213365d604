package query

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/status"
	"github.com/fairlead/fairlead/internal/health"
)

// describe a live object. Health that is known already stays: the agent judges
// its own objects by the fleet's rules too.
func describe(live *unstructured.Unstructured, n *fleet.TreeNode) {
	created := live.GetCreationTimestamp()
	n.UID, n.Created = string(live.GetUID()), &metav1.Time{Time: created.Time}
	if n.Health == "" {
		h := health.Of(live)
		n.Health, n.Message = string(h.Status), h.Message
	}
	n.Images = status.Images([]*unstructured.Unstructured{live})
	n.Ready = ready(live)
}

// ready counts what an object runs: "2/3", or "" where nothing counts.
func ready(live *unstructured.Unstructured) string {
	number := func(absent int64, path ...string) int64 {
		if n, found, err := unstructured.NestedInt64(live.Object, path...); found && err == nil {
			return n
		}
		return absent
	}
	switch live.GetKind() {
	case "Pod":
		return readyContainers(live)
	case "DaemonSet":
		return fmt.Sprintf("%d/%d", number(0, "status", "numberReady"), number(0, "status", "desiredNumberScheduled"))
	case "Job":
		return fmt.Sprintf("%d/%d", number(0, "status", "succeeded"), number(1, "spec", "completions"))
	case "Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout":
		return fmt.Sprintf("%d/%d", number(0, "status", "readyReplicas"), number(1, "spec", "replicas"))
	}
	return ""
}

func readyContainers(pod *unstructured.Unstructured) string {
	wanted, _, _ := unstructured.NestedSlice(pod.Object, "spec", "containers")
	statuses, _, _ := unstructured.NestedSlice(pod.Object, "status", "containerStatuses")
	count := 0
	for _, s := range statuses {
		container, _ := s.(map[string]any)
		if is, _ := container["ready"].(bool); is {
			count++
		}
	}
	return fmt.Sprintf("%d/%d", count, len(wanted))
}
