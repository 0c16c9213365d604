package health

import (
	"cmp"
	"fmt"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// generic judges kinds without a rule by the kstatus convention
// (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md),
// provided that they show a condition of it; others have no health.
func generic(obj *unstructured.Unstructured) v1alpha1.HealthStatus {
	o := object{obj.Object}
	if o.condition("Ready").status == "" && o.condition("Reconciling").status == "" && o.condition("Stalled").status == "" {
		return v1alpha1.HealthStatus{}
	}
	fields, _ := whole(obj.Object).(map[string]any)
	result, err := status.Compute(&unstructured.Unstructured{Object: fields})
	if err != nil {
		return unknown(fmt.Sprintf("status does not follow its convention: %v", err))
	}
	switch result.Status {
	case status.CurrentStatus:
		return healthy("")
	case status.FailedStatus:
		return degraded(result.Message)
	case status.NotFoundStatus, status.UnknownStatus:
		return unknown(result.Message)
	}
	return progressing(cmp.Or(result.Message, o.condition("Ready").why(), "waiting for the condition Ready"))
}
