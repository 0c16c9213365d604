package health

import (
	"strings"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// application takes a child Application at its word, so that a parent waits
// for its children (app of apps).
func application(o object) v1alpha1.HealthStatus {
	code := v1alpha1.HealthStatusCode(o.text("status", "health", "status"))
	if code == "" {
		return progressing("waiting for the application's first status")
	}
	return v1alpha1.HealthStatus{Status: code, Message: o.text("status", "health", "message")}
}

func applicationSet(o object) v1alpha1.HealthStatus {
	if c := o.condition("ErrorOccurred"); c.status == "True" {
		return degraded(c.message)
	}
	if c := o.condition("ResourcesUpToDate"); c.status == "True" {
		return healthy("")
	}
	return progressing("waiting for the applications to be written")
}

// rollout reads the phase that Argo Rollouts writes
// (https://argo-rollouts.readthedocs.io/en/stable/features/specification/).
func rollout(o object) v1alpha1.HealthStatus {
	message := o.text("status", "message")
	if c := o.condition("InvalidSpec"); c.status == "True" {
		return degraded(c.message)
	}
	switch o.text("status", "phase") {
	case "Healthy":
		return healthy(message)
	case "Paused":
		return suspended(message)
	case "Degraded":
		return degraded(message)
	}
	return progressing(message)
}

// ready judges by the condition Ready alone.
func ready(o object) v1alpha1.HealthStatus {
	switch c := o.condition("Ready"); c.status {
	case "True":
		return healthy(c.message)
	case "False":
		return degraded(strings.TrimPrefix(c.reason+": "+c.message, ": "))
	}
	return progressing("waiting for the condition Ready")
}

// generic judges kinds without a rule by the kstatus convention
// (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md),
// provided that they show a condition of it.
func generic(obj *unstructured.Unstructured) v1alpha1.HealthStatus {
	o := object{obj.Object}
	if o.condition("Ready").status == "" && o.condition("Reconciling").status == "" && o.condition("Stalled").status == "" {
		return v1alpha1.HealthStatus{}
	}
	result, err := status.Compute(&unstructured.Unstructured{Object: whole(obj.Object)})
	if err != nil {
		return unknown("status does not follow its convention: " + err.Error())
	}
	switch result.Status {
	case status.CurrentStatus:
		return healthy("")
	case status.FailedStatus:
		return degraded(result.Message)
	case status.NotFoundStatus, status.UnknownStatus:
		return unknown(result.Message)
	}
	return progressing(result.Message)
}

// whole copies the maps of an object with int64 for float64 without fraction:
// kstatus fails on the latter.
func whole(fields map[string]any) map[string]any {
	out := make(map[string]any, len(fields))
	for k, v := range fields {
		switch v := v.(type) {
		case map[string]any:
			out[k] = whole(v)
		case float64:
			out[k] = v
			if n := int64(v); float64(n) == v {
				out[k] = n
			}
		default:
			out[k] = v
		}
	}
	return out
}
