package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// hubKindsOnly refuses what an embedded hub has no use for: it runs no pods,
// so a workload sent there would wait for ever.
func hubKindsOnly(gvk schema.GroupVersionKind, _ string) error {
	switch {
	case gvk.Group == v1alpha1.Group, gvk.Group == fleet.GroupVersion.Group:
		return nil
	case gvk.Group == "" && gvk.Kind == "Namespace":
		return nil
	default:
		return fmt.Errorf("%s cannot be delivered to the embedded hub, which runs no pods: it takes argoproj.io and fairlead.dev kinds and namespaces only; send it to a cluster of the fleet", gvk.Kind)
	}
}
