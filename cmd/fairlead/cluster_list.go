package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

func newClusterListCommand(s streams, hub *hubFlags) *cobra.Command {
	var output, selector string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the fleet's clusters",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return listClusters(cmd, s, hub, output, selector)
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "table", "table, json, yaml or name")
	c.Flags().StringVarP(&selector, "selector", "l", "", "label selector")
	return c
}

func listClusters(cmd *cobra.Command, s streams, hub *hubFlags, output, selector string) error {
	match, err := matching(selector)
	if err != nil {
		return err
	}
	c, err := hub.client()
	if err != nil {
		return err
	}
	var list fleet.ClusterList
	if err := c.List(cmd.Context(), &list, client.InNamespace(hub.namespace), match); err != nil {
		return fromHub(err, "clusters")
	}
	t := table{header: []string{"NAME", "STATE", "KUBERNETES", "NODES", "GPUS", "AGENT", "LABELS"}}
	for i := range list.Items {
		c := &list.Items[i]
		t.add(c.Name, clusterState(c), orDash(c.Status.KubernetesVersion), fmt.Sprint(c.Status.Nodes), fmt.Sprint(c.Status.GPUs), orDash(c.Status.AgentVersion), orDash(labels.FormatLabels(c.Labels)))
	}
	return printList(s.out, output, t, &list)
}

// clusterState says in a word what is known of a cluster's agent.
func clusterState(c *fleet.Cluster) string {
	switch {
	case meta.IsStatusConditionTrue(c.Status.Conditions, fleet.ClusterConnected):
		return "Connected"
	case c.Status.Identity == "":
		return "Waiting to join"
	default:
		return "Unreachable"
	}
}

func orDash(s string) string {
	if s == "" || strings.HasPrefix(s, "<none>") {
		return "-"
	}
	return s
}
