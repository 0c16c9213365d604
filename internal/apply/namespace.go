package apply

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// namespaceManager owns the metadata that Applications keep on namespaces
// made for them. It is not FieldManager: a namespace that is also in some
// Application's manifests would otherwise lose the fields of one of the two.
const namespaceManager = FieldManager + "-namespace"

var namespaces = Kind{Resource: schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}}

// namespace makes the manifests' namespace if the request says so. It is in no
// inventory, so it is never deleted.
func (r *run) namespace(ctx context.Context) error {
	name := r.m.namespace
	ref := Ref{Version: "v1", Kind: "Namespace", Name: name}
	if !r.req.CreateNamespace || name == "" || r.m.Inventory().Has(ref) {
		return nil
	}
	live, err := r.engine.get(ctx, namespaces, ref)
	switch {
	case err != nil:
		return errors.New(explain(ref, nil, err))
	case live != nil && live.GetDeletionTimestamp() != nil:
		return fmt.Errorf("%s; it is made again once it is gone", deleting(ref, live))
	case live != nil && r.req.NamespaceMetadata == nil:
		return nil
	}
	if err := r.m.mayApply(object{place: place{ref: ref}, settled: true}); err != nil {
		return err
	}
	r.unmade = r.req.DryRun && live == nil
	want := &unstructured.Unstructured{}
	want.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Namespace"))
	want.SetName(name)
	if md := r.req.NamespaceMetadata; md != nil {
		want.SetLabels(md.Labels)
		want.SetAnnotations(md.Annotations)
		_, err = r.engine.patch(ctx, namespaces, object{place: place{ref: ref}, want: want}, namespaceManager, r.req.DryRun)
	} else {
		err = r.create(ctx, want)
	}
	if err != nil {
		return errors.New(explain(ref, nil, err))
	}
	return nil
}

func (r *run) create(ctx context.Context, namespace *unstructured.Unstructured) error {
	opts := metav1.CreateOptions{FieldManager: namespaceManager}
	if r.req.DryRun {
		opts.DryRun = []string{metav1.DryRunAll}
	}
	_, err := r.engine.client.Resource(namespaces.Resource).Create(ctx, namespace, opts)
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
