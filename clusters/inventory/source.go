package inventory

import (
	"context"
	"fmt"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
)

// Source reads the fleet's clusters through a (cached) reader and keeps the
// result until Invalidate.
type Source struct {
	reader    client.Reader
	namespace string

	mu      sync.Mutex
	version uint64 // of what is declared
	built   uint64 // version that kept was built from

	destinations *clusters.Destinations
	kept         *clusters.Inventory
	keptErr      error
}

// NewSource reads clusters declared in the control namespace.
func NewSource(reader client.Reader, namespace string) *Source {
	return &Source{reader: reader, namespace: namespace, version: 1}
}

// Invalidate says that a Cluster or a cluster Secret has changed.
func (s *Source) Invalidate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version++
}

// Inventory returns the fleet as it is declared now, for expansion. Two
// clusters of one name are an error that names both.
func (s *Source) Inventory(ctx context.Context) (*clusters.Inventory, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.build(ctx); err != nil {
		return nil, err
	}
	return s.kept, s.keptErr
}

// Destinations returns where Applications can go now. Clusters that cannot be
// told apart are errors of the destinations that ask for them, not of this.
func (s *Source) Destinations(ctx context.Context) (*clusters.Destinations, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.build(ctx); err != nil {
		return nil, err
	}
	return s.destinations, nil
}

// build reads what is declared, if it has changed; the lock is held.
func (s *Source) build(ctx context.Context) error {
	if s.built == s.version {
		return nil
	}
	list, err := s.read(ctx)
	if err != nil {
		return err
	}
	s.destinations = clusters.NewDestinations(list)
	s.kept, s.keptErr = clusters.NewInventory(slices.DeleteFunc(list, isImplicit))
	s.built = s.version
	return nil
}

// isImplicit is true for the hub's own record of itself, which expansion takes
// for no declaration until somebody labels it.
func isImplicit(c clusters.Cluster) bool {
	return !c.Secret && c.Name == fleet.InClusterName && len(c.Labels) == 0
}

func (s *Source) read(ctx context.Context) ([]clusters.Cluster, error) {
	var declared fleet.ClusterList
	if err := s.reader.List(ctx, &declared, client.InNamespace(s.namespace)); err != nil {
		return nil, fmt.Errorf("list clusters in namespace %s: %w", s.namespace, err)
	}
	var secrets corev1.SecretList
	err := s.reader.List(ctx, &secrets, client.InNamespace(s.namespace), client.MatchingLabels{clusters.SecretTypeLabel: clusters.SecretTypeCluster})
	if err != nil {
		return nil, fmt.Errorf("list cluster secrets in namespace %s: %w", s.namespace, err)
	}
	out := make([]clusters.Cluster, 0, len(declared.Items)+len(secrets.Items))
	for i := range declared.Items {
		out = append(out, clusters.FromCluster(&declared.Items[i]))
	}
	for i := range secrets.Items {
		c, err := clusters.FromSecret(&secrets.Items[i])
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}
