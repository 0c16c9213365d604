package apply

import (
	"cmp"
	"strconv"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// kindOrder within a wave: what others need comes first. The order is Helm's
// install order, as Argo CD has it; kinds that are not listed come last.
var kindOrder = ranks(
	"Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange",
	"PodSecurityPolicy", "PodDisruptionBudget", "ServiceAccount", "Secret",
	"ConfigMap", "StorageClass", "PersistentVolume", "PersistentVolumeClaim",
	"CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "Role",
	"RoleBinding", "Service", "DaemonSet", "Pod", "ReplicationController",
	"ReplicaSet", "Deployment", "HorizontalPodAutoscaler", "StatefulSet",
	"Job", "CronJob", "IngressClass", "Ingress", "APIService",
)

func ranks(kinds ...string) map[string]int {
	m := make(map[string]int, len(kinds))
	for i, k := range kinds {
		m[k] = i
	}
	return m
}

// rank of a kind within its wave.
func rank(kind string) int {
	if r, listed := kindOrder[kind]; listed {
		return r
	}
	return len(kindOrder)
}

// waveOf reads the wave (https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/);
// what is no number counts as wave 0, as in Argo CD.
func waveOf(annotations map[string]string) int {
	wave, err := strconv.Atoi(annotations[v1alpha1.AnnotationSyncWave])
	if err != nil {
		return 0
	}
	return wave
}

// place is where an object stands in the order of work.
type place struct {
	wave int
	ref  Ref
}

func (p place) compare(o place) int {
	return cmp.Or(
		cmp.Compare(p.wave, o.wave),
		cmp.Compare(rank(p.ref.Kind), rank(o.ref.Kind)),
		p.ref.Compare(o.ref),
	)
}
