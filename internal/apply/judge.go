package apply

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// judge a live object by the fleet's rules and the built-in ones.
func (e *Engine) judge(live *unstructured.Unstructured) v1alpha1.HealthStatus {
	return e.opts.Rules().Of(live)
}

// look is what a live object that was read shows, but for its signature.
func (e *Engine) look(live *unstructured.Unstructured) Observed {
	return Observed{UID: uidOf(live), Health: e.judge(live), Generation: live.GetGeneration(), HealthIgnored: HealthIgnored(live), ExtraIgnored: ExtraIgnored(live)}
}

// HealthIgnored tells whether an object's health is to be left out of its
// Application's (argocd.argoproj.io/ignore-healthcheck).
func HealthIgnored(live metav1.Object) bool {
	return live.GetAnnotations()[v1alpha1.AnnotationIgnoreHealthCheck] == "true"
}

// ExtraIgnored tells whether an object that is no longer wanted leaves its
// Application in sync. A sync with prune on removes it all the same. Source:
// https://argo-cd.readthedocs.io/en/stable/user-guide/compare-options/
func ExtraIgnored(live metav1.Object) bool {
	return slices.Contains(list(live.GetAnnotations()[v1alpha1.AnnotationCompareOptions]), "IgnoreExtraneous")
}

// Tolerated: the object is not wanted, and asks not to count because of that.
func (i Item) Tolerated() bool { return i.Reason == ReasonPrune && i.ExtraIgnored }

// Showing is the item with what a look at the live object shows.
func (i Item) Showing(o Observed) Item {
	i.UID, i.Health, i.Generation, i.HealthIgnored, i.ExtraIgnored = o.UID, o.Health, o.Generation, o.HealthIgnored, o.ExtraIgnored
	return i
}

func (i ItemResult) showing(o Observed) ItemResult {
	i.UID, i.Health, i.Generation = o.UID, o.Health, o.Generation
	return i
}

// expired is the health of a result, with the request's limits of time.
func (r *run) expired(i ItemResult) v1alpha1.HealthStatus {
	if r.req.Expire == nil || i.Hook != "" {
		return i.Health
	}
	return r.req.Expire(i.Ref, i.Generation, i.Health)
}
