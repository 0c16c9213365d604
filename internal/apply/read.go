package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
)

// Live reads an object in whatever version the cluster serves; nil if there is
// none, or its kind is not there any more.
func (e *Engine) Live(ctx context.Context, ref Ref) (*unstructured.Unstructured, error) {
	_, live, err := e.find(ctx, ref)
	if notInstalled(err) {
		return nil, nil
	}
	return live, err
}

// ServedKind is a kind that a cluster serves, and how.
type ServedKind struct {
	schema.GroupVersionKind
	Kind
}

// Listed are the namespaced kinds that can be listed, each in one version,
// sorted by group and kind. What a broken API service hides is left out.
func (k *Kinds) Listed(ctx context.Context) ([]ServedKind, error) {
	_, lists, err := k.client.ServerGroupsAndResourcesWithContext(ctx)
	if err != nil && !discovery.IsGroupDiscoveryFailedError(err) {
		return nil, fmt.Errorf("list the kinds that the API server serves: %w", err)
	}
	seen := map[schema.GroupKind]bool{}
	var out []ServedKind
	for _, list := range lists {
		gv, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			continue
		}
		for _, r := range list.APIResources {
			gvk := gv.WithKind(r.Kind)
			if !r.Namespaced || strings.Contains(r.Name, "/") || !slices.Contains(r.Verbs, "list") || seen[gvk.GroupKind()] {
				continue
			}
			seen[gvk.GroupKind()] = true
			out = append(out, ServedKind{gvk, Kind{Resource: gv.WithResource(r.Name), Namespaced: true}})
		}
	}
	slices.SortFunc(out, func(a, b ServedKind) int {
		return strings.Compare(a.Group+"/"+a.GroupVersionKind.Kind, b.Group+"/"+b.GroupVersionKind.Kind)
	})
	return out, nil
}
