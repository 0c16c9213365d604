package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func newGetCommand(s streams) *cobra.Command {
	hub := &hubFlags{}
	var output, selector string
	c := &cobra.Command{
		Use:       "get clusters|sets|apps",
		Short:     "List clusters, ApplicationSets or Applications",
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"clusters", "sets", "apps"},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch args[0] {
			case "clusters":
				return listClusters(cmd, s, hub, output, selector)
			case "sets":
				return listSets(cmd, s, hub, output, selector)
			default:
				return listApps(cmd, s, hub, output, selector)
			}
		},
	}
	hub.bind(c)
	c.Flags().StringVarP(&output, "output", "o", "table", "table, json, yaml or name")
	c.Flags().StringVarP(&selector, "selector", "l", "", "label selector")
	return c
}

func listSets(cmd *cobra.Command, s streams, hub *hubFlags, output, selector string) error {
	match, err := matching(selector)
	if err != nil {
		return err
	}
	c, err := hub.client()
	if err != nil {
		return err
	}
	// Not typed: one set that does not decode must not hide the others.
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(v1alpha1.SchemeGroupVersion.WithKind(v1alpha1.ApplicationSetKind + "List"))
	if err := c.List(cmd.Context(), list, client.InNamespace(hub.namespace), match); err != nil {
		return fromHub(err, "applicationsets")
	}
	t := table{header: []string{"NAME", "APPLICATIONS", "STATE"}}
	for i := range list.Items {
		set, err := v1alpha1.DecodeApplicationSet(&list.Items[i])
		if err != nil {
			t.add(list.Items[i].GetName(), "-", "Error: "+err.Error())
			continue
		}
		t.add(set.Name, fmt.Sprint(set.Status.ResourcesCount), setState(set))
	}
	return printList(s.out, output, t, list)
}

func setState(set *v1alpha1.ApplicationSet) string {
	for _, c := range set.Status.Conditions {
		if c.Type == v1alpha1.ApplicationSetConditionErrorOccurred && c.Status == v1alpha1.ApplicationSetConditionStatusTrue {
			return "Error: " + c.Message
		}
	}
	return "OK"
}

func listApps(cmd *cobra.Command, s streams, hub *hubFlags, output, selector string) error {
	match, err := matching(selector)
	if err != nil {
		return err
	}
	c, err := hub.client()
	if err != nil {
		return err
	}
	var list v1alpha1.ApplicationList
	if err := c.List(cmd.Context(), &list, client.InNamespace(hub.namespace), match); err != nil {
		return fromHub(err, "applications")
	}
	t := table{header: []string{"NAME", "CLUSTER", "REVISION", "SYNC", "HEALTH", "PROBLEM"}}
	for i := range list.Items {
		app := &list.Items[i]
		t.add(app.Name, orDash(clusterOf(app)), orDash(short(app.Status.Sync.Revision)), syncOf(app), string(app.Status.Health.Status), problemOf(app))
	}
	return printList(s.out, output, t, &list)
}

// syncOf is the sync status, which a paused Application has of the state that it
// is held at.
func syncOf(app *v1alpha1.Application) string {
	for _, c := range app.Status.Conditions {
		if c.Type == v1alpha1.ApplicationConditionPaused {
			return string(app.Status.Sync.Status) + " (paused)"
		}
	}
	return string(app.Status.Sync.Status)
}

func clusterOf(app *v1alpha1.Application) string {
	if app.Status.Delivery == nil {
		return ""
	}
	return app.Status.Delivery.Cluster
}

func short(revision string) string {
	if len(revision) > 12 {
		return revision[:12]
	}
	return revision
}

// problemOf is the first condition, or "-".
func problemOf(app *v1alpha1.Application) string {
	if len(app.Status.Conditions) == 0 {
		return "-"
	}
	c := app.Status.Conditions[0]
	return c.Type + ": " + c.Message
}
