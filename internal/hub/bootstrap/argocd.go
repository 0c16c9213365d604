package bootstrap

import (
	"context"
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// argoControllerLabel is what Argo CD's own manifests and its Helm chart put
// on the application controller's workload.
var argoControllerLabel = client.MatchingLabels{"app.kubernetes.io/name": "argocd-application-controller"}

// RefuseBesideArgoCD returns an error if an Argo CD application controller
// runs in the cluster: two controllers would fight over the same objects.
// Namespaces listed in own are said to be the hub's alone; naming at least one
// lifts the refusal for controllers of other namespaces.
func RefuseBesideArgoCD(ctx context.Context, r client.Reader, own []string) error {
	var sets appsv1.StatefulSetList
	if err := r.List(ctx, &sets, argoControllerLabel); err != nil {
		return fmt.Errorf("look for an argo cd application controller: %w", err)
	}
	var deployments appsv1.DeploymentList
	if err := r.List(ctx, &deployments, argoControllerLabel); err != nil {
		return fmt.Errorf("look for an argo cd application controller: %w", err)
	}
	var found []client.Object
	for i := range sets.Items {
		if n := sets.Items[i].Spec.Replicas; n == nil || *n > 0 {
			found = append(found, &sets.Items[i])
		}
	}
	for i := range deployments.Items {
		if n := deployments.Items[i].Spec.Replicas; n == nil || *n > 0 {
			found = append(found, &deployments.Items[i])
		}
	}
	for _, o := range found {
		if len(own) > 0 && !slices.Contains(own, o.GetNamespace()) {
			continue
		}
		return fmt.Errorf("argo cd application controller %s/%s runs here and would reconcile the same Applications: scale it to 0, or give the hub a control namespace (--namespace) and namespaces (--namespaces) of its own", o.GetNamespace(), o.GetName())
	}
	return nil
}
