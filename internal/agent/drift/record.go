package drift

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/health"
)

// record is all that is kept of one object.
type record struct {
	apply.Observed
	urls []string
}

// recordOf reduces an object as a watch gives it: whole, or metadata alone.
func recordOf(obj metav1.Object, rules *health.Rules) record {
	r := record{Observed: apply.Observed{
		UID: string(obj.GetUID()), Signature: apply.Signature(obj), Generation: obj.GetGeneration(),
		HealthIgnored: apply.HealthIgnored(obj), ExtraIgnored: apply.ExtraIgnored(obj),
	}}
	switch whole := obj.(type) {
	case *unstructured.Unstructured:
		r.Health = rules.Of(whole)
		r.urls = externalURLs(whole)
	default:
		if obj.GetDeletionTimestamp() != nil {
			r.Health = v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusProgressing, Message: "pending deletion"}
		}
	}
	return r
}

// isWhole tells which kinds are watched whole: those with a health rule,
// built-in or the fleet's own, and custom resources, which may follow the status
// convention.
func isWhole(gvk schema.GroupVersionKind, rules *health.Rules) bool {
	builtIn := !strings.Contains(gvk.Group, ".") || strings.HasSuffix(gvk.Group, ".k8s.io")
	return rules.Has(gvk.GroupKind()) || !builtIn
}
