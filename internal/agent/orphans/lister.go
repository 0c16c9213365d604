package orphans

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	"github.com/fairlead/fairlead/internal/apply"
)

// pageSize of a list, and the most objects that are remembered of a namespace.
const (
	pageSize = 500
	most     = 10_000
)

// clusterLister lists by the API server.
type clusterLister struct {
	kinds    discovery.DiscoveryInterface
	metadata metadata.Interface
}

// NewLister on the API server of cfg.
func NewLister(cfg *rest.Config) (Lister, error) {
	kinds, err := discovery.NewDiscoveryClientForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("make discovery client for %s: %w", cfg.Host, err)
	}
	meta, err := metadata.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("make client for %s: %w", cfg.Host, err)
	}
	return &clusterLister{kinds: kinds, metadata: meta}, nil
}

// machinery are kinds that controllers make by themselves, in great numbers.
// Argo CD leaves them out by default.
var machinery = map[schema.GroupKind]bool{
	{Kind: "Event"}: true, {Group: "events.k8s.io", Kind: "Event"}: true, {Kind: "Endpoints"}: true,
	{Group: "discovery.k8s.io", Kind: "EndpointSlice"}: true, {Group: "coordination.k8s.io", Kind: "Lease"}: true,
	{Group: "metrics.k8s.io", Kind: "PodMetrics"}: true,
}

// List implements Lister. A kind that cannot be listed does not stop the
// others; the error then names it.
func (l *clusterLister) List(ctx context.Context, namespace string, wanted func(object) bool) ([]object, error) {
	lists, err := discovery.ServerPreferredNamespacedResources(l.kinds)
	if err != nil && len(lists) == 0 {
		return nil, fmt.Errorf("list kinds: %w", err)
	}
	found, errs := []object{}, []error{err}
	for _, list := range lists {
		gv, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			continue
		}
		for _, r := range list.APIResources {
			kind := object{GroupKind: schema.GroupKind{Group: gv.Group, Kind: r.Kind}}
			if !slices.Contains(r.Verbs, "list") || machinery[kind.GroupKind] || !wanted(kind) {
				continue
			}
			more, err := l.kind(ctx, gv.WithResource(r.Name), kind, namespace, most-len(found))
			found, errs = append(found, more...), append(errs, err)
		}
	}
	slices.SortFunc(found, func(a, b object) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.name, b.name))
	})
	return found, errors.Join(errs...)
}

// kind lists one kind, page by page, up to a number of objects.
func (l *clusterLister) kind(ctx context.Context, resource schema.GroupVersionResource, kind object, namespace string, limit int) ([]object, error) {
	var out []object
	for opts := (metav1.ListOptions{Limit: pageSize}); len(out) < limit; {
		page, err := l.metadata.Resource(resource).Namespace(namespace).List(ctx, opts)
		if err != nil {
			return out, fmt.Errorf("list %s in namespace %s: %w", resource.GroupResource(), namespace, err)
		}
		for i := range page.Items {
			if item := &page.Items[i]; isOrphan(item) && len(out) < limit {
				out = append(out, object{GroupKind: kind.GroupKind, name: item.Name})
			}
		}
		if opts.Continue = page.Continue; opts.Continue == "" {
			break
		}
	}
	return out, nil
}

// isOrphan tells objects that no other one owns, and no Application, nor the
// agent itself.
func isOrphan(o *metav1.PartialObjectMetadata) bool {
	for _, label := range []string{apply.LabelApplication, apply.LabelHook, apply.LabelInventory} {
		if _, marked := o.Labels[label]; marked {
			return false
		}
	}
	_, token := o.Annotations["kubernetes.io/service-account.name"]
	return len(o.OwnerReferences) == 0 && !token
}
