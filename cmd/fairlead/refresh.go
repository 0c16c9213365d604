package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func newRefreshCommand(s streams) *cobra.Command {
	hub := &hubFlags{}
	var set bool
	c := &cobra.Command{
		Use:   "refresh NAME...",
		Short: "Ask Git now what the revisions of Applications (or of a set) mean",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := hub.client()
			if err != nil {
				return err
			}
			return forEach(args, s, func(name string) error {
				var target client.Object = &v1alpha1.Application{}
				annotation, value := v1alpha1.AnnotationKeyRefresh, string(v1alpha1.RefreshTypeNormal)
				if set {
					target = &v1alpha1.ApplicationSet{}
					annotation, value = v1alpha1.AnnotationApplicationSetRefresh, "true"
				}
				target.SetNamespace(hub.namespace)
				target.SetName(name)
				patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]string{annotation: value}}})
				if err != nil {
					return err
				}
				if err := c.Patch(cmd.Context(), target, client.RawPatch(types.MergePatchType, patch)); err != nil {
					return fromHub(err, name)
				}
				fmt.Fprintf(s.err, "%s: refresh asked for\n", name)
				return nil
			})
		},
	}
	hub.bind(c)
	c.Flags().BoolVar(&set, "set", false, "the names are ApplicationSets")
	return c
}
