package application

import (
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

const (
	// clusterIndex finds Applications by what they say of a cluster: the name
	// that they are delivered to, and their destination.
	clusterIndex = "fairlead.dev/cluster"
	// applicationIndex finds Tombstones by their Application's key.
	applicationIndex = "fairlead.dev/application"
)

// addIndexes makes them known to the cache, and that of paused Applications.
func addIndexes(ctx context.Context, indexer client.FieldIndexer) error {
	if err := indexer.IndexField(ctx, &v1alpha1.Application{}, clusterIndex, clusterKeys); err != nil {
		return fmt.Errorf("index applications by cluster: %w", err)
	}
	if err := indexer.IndexField(ctx, &fleet.Tombstone{}, applicationIndex, applicationKeys); err != nil {
		return fmt.Errorf("index tombstones by application: %w", err)
	}
	if err := indexer.IndexField(ctx, &v1alpha1.Application{}, pausedIndex, pausedKeys); err != nil {
		return fmt.Errorf("index paused applications: %w", err)
	}
	return nil
}

func clusterKeys(o client.Object) []string {
	app := o.(*v1alpha1.Application)
	var keys []string
	for _, name := range []string{deliveredTo(app), app.Spec.Destination.Name} {
		if name != "" && !slices.Contains(keys, nameKey(name)) {
			keys = append(keys, nameKey(name))
		}
	}
	if server := app.Spec.Destination.Server; server != "" {
		keys = append(keys, serverKey(server))
	}
	return keys
}

func nameKey(cluster string) string  { return "name " + cluster }
func serverKey(server string) string { return "server " + fleet.ServerKey(server) }

func applicationKeys(o client.Object) []string {
	key := o.(*fleet.Tombstone).Spec.Application
	return []string{types.NamespacedName{Namespace: key.Namespace, Name: key.Name}.String()}
}
