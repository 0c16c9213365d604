package objects

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// cluster reads from an API server.
type cluster struct {
	reader client.Reader
	lists  dynamic.Interface
	page   int64 // objects of one request
}

// FromCluster reads the objects of an API server. The reader should not be a
// cached one, which would hold every Secret that it may see; lists reads
// resources of any kind.
func FromCluster(reader client.Reader, lists dynamic.Interface) *Objects {
	return &Objects{source: cluster{reader, lists, 500}}
}

func (c cluster) secret(ctx context.Context, namespace, name string) (secret, error) {
	var s corev1.Secret
	err := c.get(ctx, "secret", namespace, name, &s)
	return secret{s.Labels, s.Data}, err
}

func (c cluster) configMap(ctx context.Context, namespace, name string) (map[string]string, error) {
	var m corev1.ConfigMap
	err := c.get(ctx, "configmap", namespace, name, &m)
	return m.Data, err
}

func (c cluster) get(ctx context.Context, kind, namespace, name string, into client.Object) error {
	err := c.reader.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, into)
	switch {
	case apierrors.IsNotFound(err):
		return fmt.Errorf("%s %s/%s does not exist", kind, namespace, name)
	case apierrors.IsForbidden(err):
		return fmt.Errorf("%s %s/%s may not be read: grant the hub's service account get on %ss there", kind, namespace, name, kind)
	case err != nil:
		return fmt.Errorf("read %s %s/%s: %w", kind, namespace, name, err)
	}
	return nil
}

func (c cluster) list(ctx context.Context, resource schema.GroupVersionResource, namespace, name string, by metav1.LabelSelector) ([]unstructured.Unstructured, error) {
	selector, err := metav1.LabelSelectorAsSelector(&by)
	if err != nil {
		return nil, err
	}
	options := metav1.ListOptions{LabelSelector: selector.String(), Limit: c.page}
	if name != "" {
		options.FieldSelector = fields.OneTermEqualSelector("metadata.name", name).String()
	}
	var out []unstructured.Unstructured
	for {
		found, err := c.lists.Resource(resource).Namespace(namespace).List(ctx, options)
		if err != nil {
			return nil, listError(err, resource, namespace)
		}
		out = append(out, found.Items...)
		if options.Continue = found.GetContinue(); options.Continue == "" {
			sortByName(out)
			return out, nil
		}
	}
}

func listError(err error, resource schema.GroupVersionResource, namespace string) error {
	what := fmt.Sprintf("%s of %s in namespace %s", resource.Resource, resource.GroupVersion(), namespace)
	switch {
	case apierrors.IsNotFound(err):
		return fmt.Errorf("list %s: the API server has no such resource: is its definition installed, and %q its plural name?", what, resource.Resource)
	case apierrors.IsForbidden(err):
		return fmt.Errorf("list %s: not allowed: grant the hub's service account list on %s there", what, resource.GroupResource())
	}
	return fmt.Errorf("list %s: %w", what, err)
}
