package inventory

import (
	"context"
	"fmt"
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
	kept    *clusters.Inventory
	keptErr error
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

// Inventory returns the fleet as it is declared now. Two clusters of one name
// are an error that names both.
func (s *Source) Inventory(ctx context.Context) (*clusters.Inventory, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.built == s.version {
		return s.kept, s.keptErr
	}
	list, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	s.kept, s.keptErr = clusters.NewInventory(list)
	s.built = s.version
	return s.kept, s.keptErr
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
		c := &declared.Items[i]
		if c.Name == fleet.InClusterName && len(c.Labels) == 0 {
			continue // the hub's own record of itself; implicit until labelled
		}
		out = append(out, clusters.FromCluster(c))
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
