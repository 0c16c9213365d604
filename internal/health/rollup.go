package health

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// severity of a status, best first; "" is not counted.
var severity = map[v1alpha1.HealthStatusCode]int{
	v1alpha1.HealthStatusHealthy:     1,
	v1alpha1.HealthStatusSuspended:   2,
	v1alpha1.HealthStatusProgressing: 3,
	v1alpha1.HealthStatusMissing:     4,
	v1alpha1.HealthStatusDegraded:    5,
	v1alpha1.HealthStatusUnknown:     6,
}

// Worst is the worst of statuses, in Argo CD's order Healthy, Suspended,
// Progressing, Missing, Degraded, Unknown. Statuses "" are not counted; of
// none the result is Healthy.
func Worst(statuses ...v1alpha1.HealthStatusCode) v1alpha1.HealthStatusCode {
	worst := v1alpha1.HealthStatusHealthy
	for _, s := range statuses {
		if severity[s] > severity[worst] {
			worst = s
		}
	}
	return worst
}

// Resource is what an Application's health depends on, of one of its objects.
type Resource struct {
	schema.GroupKind
	// Health of the object; "" where its kind has none.
	Health v1alpha1.HealthStatusCode
	// Live: the object is in the cluster.
	Live bool
	// Hook: the object is a hook, or skipped; it does not count at all.
	Hook bool
	// Ignored: annotated argocd.argoproj.io/ignore-healthcheck, or the
	// Application itself. Its health does not count, its presence does.
	Ignored bool
}

// RollUp gives an Application's health from that of its objects, as Argo CD
// does
// (https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#how-application-health-is-determined):
// the worst counts; hooks, ignored objects and kinds without health do not.
// A missing object makes the Application OutOfSync, not Missing, unless all of
// them are missing. Neither does a child Application whose health is Missing
// or Unknown make its parent so. An Application without objects is Healthy.
//
// The index is that of the first resource with that health; -1 where none of
// them decides: for Healthy, and for Missing. The order bears on nothing else.
func RollUp(resources []Resource) (v1alpha1.HealthStatusCode, int) {
	worst, decides := v1alpha1.HealthStatusHealthy, -1
	some, live := false, false
	for i, r := range resources {
		if r.Hook {
			continue
		}
		some, live = true, live || r.Live
		if !r.Ignored && r.counts() && severity[r.Health] > severity[worst] {
			worst, decides = r.Health, i
		}
	}
	if some && !live {
		return v1alpha1.HealthStatusMissing, -1 // nothing counted
	}
	return worst, decides
}

// counts tells whether the health of a resource that is neither a hook nor
// ignored is that of the whole.
func (r Resource) counts() bool {
	child := r.GroupKind == schema.GroupKind{Group: "argoproj.io", Kind: "Application"}
	return r.Live && !(child && (r.Health == v1alpha1.HealthStatusMissing || r.Health == v1alpha1.HealthStatusUnknown))
}
