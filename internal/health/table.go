package health

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// rule judges a live object that is not being deleted.
type rule func(object) v1alpha1.HealthStatus

// rules by kind. The version does not count: the fields that are read are the
// same in all served ones. docs/health.md says what decides for each.
var rules = map[schema.GroupKind]rule{
	{Group: "apps", Kind: "Deployment"}:  deployment,
	{Group: "apps", Kind: "StatefulSet"}: statefulSet,
	{Group: "apps", Kind: "DaemonSet"}:   daemonSet,
	{Group: "apps", Kind: "ReplicaSet"}:  replicaSet,
	{Group: "batch", Kind: "Job"}:        job,
	{Group: "batch", Kind: "CronJob"}:    cronJob,
	{Kind: "Pod"}:                        pod,

	{Kind: "PersistentVolumeClaim"}:                                   claim,
	{Kind: "Service"}:                                                 service,
	{Group: "networking.k8s.io", Kind: "Ingress"}:                     ingress,
	{Group: "extensions", Kind: "Ingress"}:                            ingress,
	{Group: "autoscaling", Kind: "HorizontalPodAutoscaler"}:           autoscaler,
	{Group: "policy", Kind: "PodDisruptionBudget"}:                    seen(disruptionBudget),
	{Group: "apiregistration.k8s.io", Kind: "APIService"}:             apiService,
	{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}: definition,

	{Group: "argoproj.io", Kind: "Application"}:    application,
	{Group: "argoproj.io", Kind: "ApplicationSet"}: applicationSet,
	{Group: "argoproj.io", Kind: "Rollout"}:        rollout,
	{Group: "argoproj.io", Kind: "AnalysisRun"}:    analysisRun,
	{Group: "argoproj.io", Kind: "Experiment"}:     experiment,
	{Group: "argoproj.io", Kind: "Workflow"}:       workflow,
	{Group: "argoproj.io", Kind: "CronWorkflow"}:   cronWorkflow,

	{Group: "external-secrets.io", Kind: "ExternalSecret"}:        waitFor("Ready"),
	{Group: "external-secrets.io", Kind: "PushSecret"}:            waitFor("Ready"),
	{Group: "external-secrets.io", Kind: "SecretStore"}:           waitFor("Ready"),
	{Group: "external-secrets.io", Kind: "ClusterSecretStore"}:    waitFor("Ready"),
	{Group: "external-secrets.io", Kind: "ClusterExternalSecret"}: clusterExternalSecret,
	{Group: "bitnami.com", Kind: "SealedSecret"}:                  seen(waitFor("Synced")),
	{Group: "cert-manager.io", Kind: "Certificate"}:               certificate,
	{Group: "cert-manager.io", Kind: "Issuer"}:                    waitFor("Ready"),
	{Group: "cert-manager.io", Kind: "ClusterIssuer"}:             waitFor("Ready"),

	{Group: "serving.kserve.io", Kind: "InferenceService"}: inferenceService,
	{Group: "serving.knative.dev", Kind: "Service"}:        seen(knativeService),
	{Group: "ray.io", Kind: "RayCluster"}:                  rayCluster,
	{Group: "ray.io", Kind: "RayService"}:                  rayService,
	{Group: "ray.io", Kind: "RayJob"}:                      rayJob,

	{Group: "cluster.x-k8s.io", Kind: "Cluster"}:            unlessPaused(seen(capiCluster)),
	{Group: "cluster.x-k8s.io", Kind: "Machine"}:            unlessPaused(seen(machine)),
	{Group: "cluster.x-k8s.io", Kind: "MachineDeployment"}:  unlessPaused(seen(machineDeployment)),
	{Group: "cluster.x-k8s.io", Kind: "MachinePool"}:        unlessPaused(seen(machinePool)),
	{Group: "cluster.x-k8s.io", Kind: "MachineHealthCheck"}: seen(machineHealthCheck),
}
