package main

import (
	"context"
	"os"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/clusters/inventory"
	"github.com/fairlead/fairlead/internal/cases"
	"github.com/fairlead/fairlead/internal/inputs/objects"
	"github.com/fairlead/fairlead/internal/inputs/questions"
	"github.com/fairlead/fairlead/internal/source"
)

// fromHub reads the set, the clusters, the projects and what generators name
// from the hub's API server. Git is read from this machine, into a cache that
// ends with the command.
func (f *explainFlags) fromHub(ctx context.Context, name string) (*cases.Setup, error) {
	config, err := f.hub.config()
	if err != nil {
		return nil, err
	}
	c, err := f.hub.client()
	if err != nil {
		return nil, err
	}
	lists, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, exitf(codeUnreachable, "hub at %s: %v", config.Host, err)
	}
	key := client.ObjectKey{Namespace: f.hub.namespace, Name: name}
	if namespace, rest, ok := strings.Cut(name, "/"); ok {
		key = client.ObjectKey{Namespace: namespace, Name: rest}
	}
	if key.Namespace == "" || key.Name == "" || strings.Contains(key.Name, "/") {
		return nil, exitf(codeUsage, "set %q: want NAME or NAMESPACE/NAME", name)
	}
	setup, err := readHub(ctx, c, lists, f.hub.namespace, key)
	if err != nil {
		return nil, err
	}
	f.inputs.override(setup)
	return setup, openGit(setup)
}

// readHub reads the set that key names, and everything else but Git from the
// control namespace.
func readHub(ctx context.Context, c client.Client, lists dynamic.Interface, control string, key client.ObjectKey) (*cases.Setup, error) {
	setup := &cases.Setup{
		Questions: &answered{Answerer: questions.New(objects.FromCluster(c, lists), questions.Options{Namespace: control})},
	}
	var err error
	if setup.Set, err = readHubSet(ctx, c, key); err != nil {
		return nil, err
	}
	if setup.Clusters, err = hubClusters(ctx, c, control); err != nil {
		return nil, err
	}
	if setup.Projects, err = hubProjects(ctx, c, control); err != nil {
		return nil, err
	}
	return setup, nil
}

// hubClusters are the fleet. Clusters that were read but clash expand no set at
// the hub either.
func hubClusters(ctx context.Context, c client.Client, namespace string) (*clusters.Inventory, error) {
	source := inventory.NewSource(c, namespace)
	found, err := source.Inventory(ctx)
	if err == nil {
		return found, nil
	}
	if _, unread := source.Destinations(ctx); unread != nil {
		return nil, fromHub(unread, "clusters")
	}
	return nil, exitf(codeUsage, "no set can be expanded: %w", err)
}

// readHubSet decodes a set one by one, as the hub does.
func readHubSet(ctx context.Context, c client.Client, key client.ObjectKey) (*v1alpha1.ApplicationSet, error) {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(v1alpha1.SchemeGroupVersion.WithKind(v1alpha1.ApplicationSetKind))
	if err := c.Get(ctx, key, object); err != nil {
		return nil, fromHub(err, "applicationset "+key.String())
	}
	set, err := v1alpha1.DecodeApplicationSet(object)
	if err != nil {
		return nil, exitf(codeUsage, "%w", err)
	}
	return set, nil
}

// hubProjects are the AppProjects of the control namespace; nil if there are
// none at all.
func hubProjects(ctx context.Context, c client.Client, namespace string) (cases.Projects, error) {
	var list v1alpha1.AppProjectList
	if err := c.List(ctx, &list, client.InNamespace(namespace)); err != nil {
		return nil, fromHub(err, "appprojects")
	}
	var out cases.Projects
	for i := range list.Items {
		if out == nil {
			out = cases.Projects{}
		}
		out[list.Items[i].Name] = &list.Items[i]
	}
	return out, nil
}

// openGit gives a setup a Git whose cache Close removes.
func openGit(setup *cases.Setup) error {
	dir, err := os.MkdirTemp("", "fairlead-explain-")
	if err != nil {
		return err
	}
	git := source.NewGit(source.GitOptions{CacheDir: dir})
	setup.Git = &snapshot{Git: git}
	setup.OnClose(func() error {
		git.Close()
		return os.RemoveAll(dir)
	})
	return nil
}
