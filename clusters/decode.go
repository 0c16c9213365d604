package clusters

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
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
	return decodeJSON(doc, namespace)
}

// decodeJSON reads an object of any kind. Most are Secrets, so that is tried
// before the kind is known: one pass over the text instead of two.
func decodeJSON(doc []byte, namespace string) ([]Cluster, error) {
	var s corev1.Secret
	err := json.UnmarshalCaseSensitivePreserveInts(doc, &s)
	head := s.TypeMeta
	if err != nil {
		if err := json.UnmarshalCaseSensitivePreserveInts(doc, &head); err != nil {
			return nil, err
		}
	}
	switch head.GroupVersionKind() {
	case corev1.SchemeGroupVersion.WithKind("Secret"):
		if err != nil {
			return nil, fmt.Errorf("secret: %w", err)
		}
		return decodedSecret(&s, namespace)
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

func decodedSecret(s *corev1.Secret, namespace string) ([]Cluster, error) {
	if s.Namespace == "" {
		s.Namespace = namespace
	}
	if s.Namespace != namespace || !IsClusterSecret(s) {
		return nil, nil
	}
	c, err := FromSecret(s)
	return []Cluster{c}, err
}

// decodeItems decodes on every processor. Of several errors it reports the
// first.
func decodeItems(items [][]byte, namespace string) ([]Cluster, error) {
	found := make([][]Cluster, len(items))
	errs := make([]error, len(items))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(items)/minItems+1) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(items)); i = next.Add(1) - 1 {
				found[i], errs[i] = decodeJSON(items[i], namespace)
			}
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("items[%d]: %w", i, err)
		}
	}
	return slices.Concat(found...), nil
}

// minItems keeps short lists on one goroutine.
const minItems = 64
