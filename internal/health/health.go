package health

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// rule judges a live object that is not being deleted.
type rule func(object) v1alpha1.HealthStatus

// rules by kind. The version does not count: the fields that are read are the
// same in all served ones.
var rules = map[schema.GroupKind]rule{
	{Group: "apps", Kind: "Deployment"}:                               deployment,
	{Group: "apps", Kind: "StatefulSet"}:                              statefulSet,
	{Group: "apps", Kind: "DaemonSet"}:                                daemonSet,
	{Group: "apps", Kind: "ReplicaSet"}:                               replicaSet,
	{Group: "batch", Kind: "Job"}:                                     job,
	{Kind: "Pod"}:                                                     pod,
	{Kind: "PersistentVolumeClaim"}:                                   claim,
	{Kind: "Service"}:                                                 service,
	{Group: "networking.k8s.io", Kind: "Ingress"}:                     ingress,
	{Group: "autoscaling", Kind: "HorizontalPodAutoscaler"}:           autoscaler,
	{Group: "apiregistration.k8s.io", Kind: "APIService"}:             apiService,
	{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}: definition,
	{Group: "argoproj.io", Kind: "Application"}:                       application,
	{Group: "argoproj.io", Kind: "ApplicationSet"}:                    applicationSet,
	{Group: "argoproj.io", Kind: "Rollout"}:                           rollout,
	{Group: "external-secrets.io", Kind: "ExternalSecret"}:            ready,
	{Group: "external-secrets.io", Kind: "SecretStore"}:               ready,
	{Group: "external-secrets.io", Kind: "ClusterSecretStore"}:        ready,
	{Group: "external-secrets.io", Kind: "ClusterExternalSecret"}:     ready,
}

// Of judges a live object. The status is "" for kinds that have no health;
// such objects are not counted. An object that is being deleted is
// Progressing, whatever its kind.
func Of(obj *unstructured.Unstructured) v1alpha1.HealthStatus {
	if obj.GetDeletionTimestamp() != nil {
		return progressing("pending deletion")
	}
	if judge, found := rules[obj.GroupVersionKind().GroupKind()]; found {
		return judge(object{obj.Object})
	}
	return generic(obj)
}

// Has tells whether objects of a kind can have health by a rule of their own.
func Has(gk schema.GroupKind) bool {
	_, found := rules[gk]
	return found
}

// severity of a status, best first; "" is not counted.
var severity = map[v1alpha1.HealthStatusCode]int{
	v1alpha1.HealthStatusHealthy:     1,
	v1alpha1.HealthStatusSuspended:   2,
	v1alpha1.HealthStatusProgressing: 3,
	v1alpha1.HealthStatusMissing:     4,
	v1alpha1.HealthStatusDegraded:    5,
	v1alpha1.HealthStatusUnknown:     6,
}

// Worst rolls statuses up: the worst one, in Argo CD's order Healthy,
// Suspended, Progressing, Missing, Degraded, Unknown. Statuses "" are not
// counted; of none the result is Healthy.
func Worst(statuses ...v1alpha1.HealthStatusCode) v1alpha1.HealthStatusCode {
	worst := v1alpha1.HealthStatusHealthy
	for _, s := range statuses {
		if severity[s] > severity[worst] {
			worst = s
		}
	}
	return worst
}

func healthy(message string) v1alpha1.HealthStatus {
	return v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusHealthy, Message: message}
}

func suspended(message string) v1alpha1.HealthStatus {
	return v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusSuspended, Message: message}
}

func progressing(message string) v1alpha1.HealthStatus {
	return v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusProgressing, Message: message}
}

func degraded(message string) v1alpha1.HealthStatus {
	return v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusDegraded, Message: message}
}

func unknown(message string) v1alpha1.HealthStatus {
	return v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusUnknown, Message: message}
}
