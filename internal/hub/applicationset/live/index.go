package live

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// SetIndex indexes Applications by the set that controls them.
const SetIndex = "fairlead.dev/owning-set"

// Index adds SetIndex to a cache.
func Index(ctx context.Context, indexer client.FieldIndexer) error {
	err := indexer.IndexField(ctx, &v1alpha1.Application{}, SetIndex, func(o client.Object) []string {
		if set := v1alpha1.OwningSet(o.(*v1alpha1.Application)); set != "" {
			return []string{set}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("index applications by set: %w", err)
	}
	return nil
}

// OfSet lists the Applications that a set controls, as far as the cache has told
// of them. They are the cache's own objects: read only.
func OfSet(ctx context.Context, c client.Reader, set *v1alpha1.ApplicationSet) ([]v1alpha1.Application, error) {
	var list v1alpha1.ApplicationList
	err := c.List(ctx, &list, client.InNamespace(set.Namespace), client.MatchingFields{SetIndex: set.Name}, client.UnsafeDisableDeepCopy)
	if err != nil {
		return nil, fmt.Errorf("list applications of set %s/%s: %w", set.Namespace, set.Name, err)
	}
	return list.Items, nil
}
