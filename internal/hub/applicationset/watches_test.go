package applicationset

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/event"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

func TestWhatOfAClusterWakesSets(t *testing.T) {
	for name, tc := range map[string]struct {
		edit           func(*fleet.Cluster)
		cluster, facts bool
	}{
		"a label":            {edit: func(c *fleet.Cluster) { c.Labels = map[string]string{"a": "b"} }, cluster: true},
		"an annotation":      {edit: func(c *fleet.Cluster) { c.Annotations = map[string]string{"a": "b"} }, cluster: true},
		"the spec":           {edit: func(c *fleet.Cluster) { c.Generation++ }, cluster: true},
		"a node":             {edit: func(c *fleet.Cluster) { c.Status.Nodes++ }, facts: true},
		"a GPU":              {edit: func(c *fleet.Cluster) { c.Status.GPUs++ }, facts: true},
		"the version":        {edit: func(c *fleet.Cluster) { c.Status.KubernetesVersion = "v1.36.3" }, facts: true},
		"the agent's coming": {edit: func(c *fleet.Cluster) { c.Status.Holder = "hub-0" }},
	} {
		is := &fleet.Cluster{}
		tc.edit(is)
		e := event.UpdateEvent{ObjectOld: &fleet.Cluster{}, ObjectNew: is}
		if clusterChanged(e) != tc.cluster || factsChanged(e) != tc.facts {
			t.Errorf("%s: at once %t, later %t; want %t, %t", name, clusterChanged(e), factsChanged(e), tc.cluster, tc.facts)
		}
	}
}
