package clusters

import (
	"errors"
	"fmt"
	"io"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/json"

	fleetv1alpha1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

// Decode reads clusters from a YAML or JSON stream that may mix Argo CD cluster
// Secrets, fairlead.dev Clusters, and Lists of them. Secrets outside namespace,
// and Secrets that are not cluster Secrets, declare nothing and are passed
// over, as Argo CD passes over them; an object without a namespace belongs to
// it. Any other kind is an error that names the document.
func Decode(stream []byte, namespace string) ([]Cluster, error) {
	var out []Cluster
	reader := utilyaml.NewYAMLReader(newLineReader(stream))
	for n := 1; ; n++ {
		doc, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", n, err)
		}
		found, err := decodeObject(doc, namespace)
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", n, err)
		}
		out = append(out, found...)
	}
}

func decodeObject(doc []byte, namespace string) ([]Cluster, error) {
	doc, err := asJSON(doc)
	if doc == nil || err != nil {
		return nil, err
	}
	var head metav1.TypeMeta
	if err := json.UnmarshalCaseSensitivePreserveInts(doc, &head); err != nil {
		return nil, err
	}
	switch head.GroupVersionKind() {
	case corev1.SchemeGroupVersion.WithKind("Secret"):
		var s corev1.Secret
		if err := json.UnmarshalCaseSensitivePreserveInts(doc, &s); err != nil {
			return nil, fmt.Errorf("secret: %w", err)
		}
		if s.Namespace == "" {
			s.Namespace = namespace
		}
		if s.Namespace != namespace || !IsClusterSecret(&s) {
			return nil, nil
		}
		c, err := FromSecret(&s)
		return []Cluster{c}, err
	case fleetv1alpha1.GroupVersion.WithKind("Cluster"):
		var c fleetv1alpha1.Cluster
		if err := json.UnmarshalCaseSensitivePreserveInts(doc, &c); err != nil {
			return nil, fmt.Errorf("cluster: %w", err)
		}
		if c.Namespace == "" {
			c.Namespace = namespace
		}
		return []Cluster{FromCluster(&c)}, nil
	}
	if items, ok := listItems(doc, head); ok {
		return decodeItems(items, namespace)
	}
	return nil, fmt.Errorf("%s %s declares no cluster: want a v1 Secret or a %s Cluster",
		head.APIVersion, head.Kind, fleetv1alpha1.GroupVersion)
}

func decodeItems(items [][]byte, namespace string) ([]Cluster, error) {
	var out []Cluster
	for i, item := range items {
		found, err := decodeObject(item, namespace)
		if err != nil {
			return nil, fmt.Errorf("items[%d]: %w", i, err)
		}
		out = append(out, found...)
	}
	return out, nil
}
