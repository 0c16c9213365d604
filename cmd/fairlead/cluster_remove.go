package main

import (
	"fmt"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

func newClusterRemoveCommand(s streams, hub *hubFlags) *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove a cluster from the fleet; what runs there keeps running",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == fleet.InClusterName {
				return exitf(codeUsage, "cluster %s is the hub's own and cannot be removed", args[0])
			}
			if !yes {
				return exitf(codeGuarded, "removing cluster %s revokes its agent; its workloads stay. Say --yes to do it", args[0])
			}
			c, err := hub.client()
			if err != nil {
				return err
			}
			cluster := &fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: hub.namespace, Name: args[0]}}
			if err := c.Delete(cmd.Context(), cluster); err != nil {
				return fromHub(err, "cluster "+args[0])
			}
			fmt.Fprintf(s.err, "cluster %s removed; its agent is refused from now on\n", args[0])
			return nil
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "do it")
	return c
}
