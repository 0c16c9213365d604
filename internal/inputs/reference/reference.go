// Package reference says how the providers of inputs read what generators name
// in a namespace: Secrets with tokens, ConfigMaps, placement objects.
//
// It holds the contract only: the hub answers it from its API server, the
// command line from files; package objects has both.
package reference

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Objects reads what generators refer to. What is missing is an error that
// names it; no error shows a value.
type Objects interface {
	Secret(ctx context.Context, namespace, name string) (map[string][]byte, error)
	ConfigMap(ctx context.Context, namespace, name string) (map[string]string, error)
	// List returns the objects of a resource, named by its plural, that carry
	// the labels; name, if not empty, leaves the one of that name. Sorted by
	// name; none is no error.
	List(ctx context.Context, resource schema.GroupVersionResource, namespace, name string, selector metav1.LabelSelector) ([]unstructured.Unstructured, error)
}
