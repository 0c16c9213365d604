package main

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// hubKinds are what people may keep in Git for the hub itself. Pins and
// tombstones are the hub's own to write.
var hubKinds = []schema.GroupKind{
	{Group: v1alpha1.Group, Kind: v1alpha1.ApplicationKind},
	{Group: v1alpha1.Group, Kind: v1alpha1.ApplicationSetKind},
	{Group: v1alpha1.Group, Kind: v1alpha1.AppProjectKind},
	{Group: fleet.GroupVersion.Group, Kind: "Cluster"},
	{Kind: "Namespace"},
}

// hubKindsOnly refuses what an embedded hub has no use for: it runs no pods,
// so a workload sent there would wait for ever.
func hubKindsOnly(gvk schema.GroupVersionKind, _ string) error {
	if slices.Contains(hubKinds, gvk.GroupKind()) {
		return nil
	}
	return fmt.Errorf("%s cannot be delivered to the embedded hub, which runs no pods: it takes Application, ApplicationSet, AppProject, Cluster and Namespace; send it to a cluster of the fleet", gvk.GroupKind())
}
