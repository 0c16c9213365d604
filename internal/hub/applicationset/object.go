package applicationset

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Sets are watched as unstructured objects: the schema leaves the templates of
// generators open, and in a typed watch one set that does not decode would
// hide all the others.

func setObject() *unstructured.Unstructured {
	u := &unstructured.Unstructured{}
	u.SetGroupVersionKind(v1alpha1.ApplicationSetSchemaGroupVersionKind)
	return u
}

// undecodable is a set whose spec cannot be read. What can be is in set:
// metadata, status, and the policy that says whether rows may be deleted, and
// their resources with them.
type undecodable struct {
	set *v1alpha1.ApplicationSet
	err error
}

func (u *undecodable) Error() string { return u.err.Error() }

// getSet reads one set from the cache. For a set that does not decode the
// error is an *undecodable.
func getSet(ctx context.Context, c client.Reader, key client.ObjectKey) (*v1alpha1.ApplicationSet, error) {
	object := setObject()
	if err := c.Get(ctx, key, object); err != nil {
		return nil, err
	}
	set, err := v1alpha1.DecodeApplicationSet(object)
	if err == nil {
		return set, nil
	}
	bare := object.DeepCopy()
	policy, _, _ := unstructured.NestedString(bare.Object, "spec", "syncPolicy", "applicationsSync")
	preserve, _, _ := unstructured.NestedBool(bare.Object, "spec", "syncPolicy", "preserveResourcesOnDeletion")
	bare.Object["spec"] = map[string]any{"syncPolicy": map[string]any{
		"applicationsSync": policy, "preserveResourcesOnDeletion": preserve,
	}}
	if set, bareErr := v1alpha1.DecodeApplicationSet(bare); bareErr == nil {
		return nil, &undecodable{set: set, err: err}
	}
	return nil, err
}

// reread is getSet past the cache, for writing to a set that may not decode.
func reread(ctx context.Context, live client.Reader, key client.ObjectKey) (*v1alpha1.ApplicationSet, error) {
	set, err := getSet(ctx, live, key)
	var bad *undecodable
	if errors.As(err, &bad) {
		return bad.set, nil
	}
	return set, err
}
