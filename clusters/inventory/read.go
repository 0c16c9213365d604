package inventory

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
)

// declarerOf is false for objects that declare no cluster of this fleet. A
// Secret that has lost its label may have declared one.
func (s *Source) declarerOf(object client.Object) (declarer, bool) {
	if object.GetNamespace() != s.namespace {
		return declarer{}, false
	}
	switch object.(type) {
	case *fleet.Cluster:
		return declarer{name: object.GetName()}, true
	case *corev1.Secret:
		return declarer{secret: true, name: object.GetName()}, true
	default:
		return declarer{}, false
	}
}

// read looks one object up: nil if it declares nothing (any more).
func (s *Source) read(ctx context.Context, d declarer) (*clusters.Cluster, error) {
	key := client.ObjectKey{Namespace: s.namespace, Name: d.name}
	if !d.secret {
		var declared fleet.Cluster
		if err := s.reader.Get(ctx, key, &declared); apierrors.IsNotFound(err) {
			return nil, nil
		} else if err != nil {
			return nil, fmt.Errorf("read cluster %s: %w", key, err)
		}
		c := clusters.FromCluster(&declared)
		return &c, nil
	}
	var secret corev1.Secret
	if err := s.reader.Get(ctx, key, &secret); apierrors.IsNotFound(err) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("read cluster secret %s: %w", key, err)
	}
	if !clusters.IsClusterSecret(&secret) {
		return nil, nil
	}
	c, err := clusters.FromSecret(&secret)
	return &c, err
}

func (s *Source) readAll(ctx context.Context) (map[declarer]clusters.Cluster, error) {
	var declared fleet.ClusterList // of the cache's own objects: read only
	if err := s.reader.List(ctx, &declared, client.InNamespace(s.namespace), client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list clusters in namespace %s: %w", s.namespace, err)
	}
	var secrets corev1.SecretList
	err := s.reader.List(ctx, &secrets, client.InNamespace(s.namespace), client.UnsafeDisableDeepCopy,
		client.MatchingLabels{clusters.SecretTypeLabel: clusters.SecretTypeCluster})
	if err != nil {
		return nil, fmt.Errorf("list cluster secrets in namespace %s: %w", s.namespace, err)
	}
	out := make(map[declarer]clusters.Cluster, len(declared.Items)+len(secrets.Items))
	for i := range declared.Items {
		out[declarer{name: declared.Items[i].Name}] = clusters.FromCluster(&declared.Items[i])
	}
	for i := range secrets.Items {
		c, err := clusters.FromSecret(&secrets.Items[i])
		if err != nil {
			return nil, err
		}
		out[declarer{secret: true, name: secrets.Items[i].Name}] = c
	}
	return out, nil
}
