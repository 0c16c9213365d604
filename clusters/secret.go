package clusters

import (
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
)

// IsClusterSecret says whether a Secret declares a cluster the way Argo CD
// reads it: by its secret-type label.
func IsClusterSecret(s *corev1.Secret) bool {
	return s.Labels[SecretTypeLabel] == SecretTypeCluster
}

// FromSecret converts an Argo CD cluster Secret. The name, server and project
// come from its data; stringData, which wins as it does in the API server, is
// read too so that manifests on disk work. Credentials are not kept.
// See https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#clusters.
func FromSecret(s *corev1.Secret) (Cluster, error) {
	origin := fmt.Sprintf("secret %s/%s", s.Namespace, s.Name)
	if !IsClusterSecret(s) {
		return Cluster{}, fmt.Errorf("%s: label %s=%s is missing", origin, SecretTypeLabel, SecretTypeCluster)
	}
	c := Cluster{
		Name:        secretValue(s, "name"),
		Server:      secretValue(s, "server"),
		Project:     secretValue(s, "project"),
		Labels:      maps.Clone(s.Labels),
		Annotations: maps.Clone(s.Annotations),
		Secret:      true,
		Origin:      origin,
	}
	return c, nil
}

func secretValue(s *corev1.Secret, key string) string {
	if v, ok := s.StringData[key]; ok {
		return v
	}
	return string(s.Data[key])
}
