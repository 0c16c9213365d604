package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

func newClusterLabelCommand(s streams, hub *hubFlags) *cobra.Command {
	return &cobra.Command{
		Use:     "label NAME KEY=VALUE... KEY-...",
		Short:   "Set (KEY=VALUE) and remove (KEY-) labels of a cluster",
		Example: "  fairlead cluster label eu-west-1 ai-capable=true\n  fairlead cluster label eu-west-1 ai-capable-",
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			set, remove, err := parseLabelChanges(args[1:])
			if err != nil {
				return err
			}
			c, err := hub.client()
			if err != nil {
				return err
			}
			if err := labelCluster(cmd.Context(), c, types.NamespacedName{Namespace: hub.namespace, Name: args[0]}, set, remove); err != nil {
				return err
			}
			fmt.Fprintf(s.err, "cluster %s labelled\n", args[0])
			return nil
		},
	}
}

func labelCluster(ctx context.Context, c client.Client, name types.NamespacedName, set map[string]string, remove []string) error {
	cluster := &fleet.Cluster{}
	if err := c.Get(ctx, name, cluster); err != nil {
		return fromHub(err, "cluster "+name.Name)
	}
	before := cluster.DeepCopy()
	if cluster.Labels == nil {
		cluster.Labels = map[string]string{}
	}
	for k, v := range set {
		cluster.Labels[k] = v
	}
	for _, k := range remove {
		delete(cluster.Labels, k)
	}
	return fromHub(c.Patch(ctx, cluster, client.MergeFrom(before)), "cluster "+name.Name)
}

// parseLabelChanges reads KEY=VALUE and KEY-.
func parseLabelChanges(args []string) (set map[string]string, remove []string, err error) {
	set = map[string]string{}
	for _, arg := range args {
		key, value, assigns := strings.Cut(arg, "=")
		if !assigns {
			var removes bool
			if key, removes = strings.CutSuffix(arg, "-"); !removes {
				return nil, nil, exitf(codeUsage, "label %q: want KEY=VALUE to set or KEY- to remove", arg)
			}
		}
		if problems := validation.IsQualifiedName(key); len(problems) > 0 {
			return nil, nil, exitf(codeUsage, "label key %q: %s", key, strings.Join(problems, "; "))
		}
		if problems := validation.IsValidLabelValue(value); len(problems) > 0 {
			return nil, nil, exitf(codeUsage, "label value %q: %s", value, strings.Join(problems, "; "))
		}
		if assigns {
			set[key] = value
		} else {
			remove = append(remove, key)
		}
	}
	return set, remove, nil
}
