package hub

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	toolscache "k8s.io/client-go/tools/cache"
)

// references watches the Secrets and ConfigMaps that generators may name, for
// their names and versions alone: contents are read when they are needed.
type references struct {
	config *rest.Config
	// namespaces to watch; none means all.
	namespaces []string
	tell       func(ctx context.Context, kind, namespace, name string)
}

// run watches until ctx ends.
func (w references) run(ctx context.Context) error {
	names, err := metadata.NewForConfig(w.config)
	if err != nil {
		return fmt.Errorf("watch secrets and configmaps: %w", err)
	}
	namespaces := w.namespaces
	if len(namespaces) == 0 {
		namespaces = []string{metav1.NamespaceAll}
	}
	for _, namespace := range namespaces {
		factory := metadatainformer.NewFilteredSharedInformerFactory(names, 0, namespace, nil)
		for resource, kind := range map[string]string{"secrets": "Secret", "configmaps": "ConfigMap"} {
			informer := factory.ForResource(schema.GroupVersionResource{Version: "v1", Resource: resource}).Informer()
			if err := informer.SetTransform(nameOnly); err != nil {
				return err
			}
			if _, err := informer.AddEventHandler(w.handler(ctx, kind)); err != nil {
				return err
			}
		}
		factory.Start(ctx.Done())
		defer factory.Shutdown()
	}
	<-ctx.Done()
	return nil
}

func (w references) handler(ctx context.Context, kind string) toolscache.ResourceEventHandler {
	tell := func(o any) {
		if gone, ok := o.(toolscache.DeletedFinalStateUnknown); ok {
			o = gone.Obj
		}
		if object, ok := o.(metav1.Object); ok {
			w.tell(ctx, kind, object.GetNamespace(), object.GetName())
		}
	}
	return toolscache.ResourceEventHandlerDetailedFuncs{
		AddFunc: func(o any, first bool) {
			if !first { // what was there before the hub is nothing new
				tell(o)
			}
		},
		UpdateFunc: func(was, is any) {
			if was.(metav1.Object).GetResourceVersion() != is.(metav1.Object).GetResourceVersion() {
				tell(is)
			}
		},
		DeleteFunc: tell,
	}
}

// nameOnly keeps little of what may be many objects.
func nameOnly(o any) (any, error) {
	if object, ok := o.(*metav1.PartialObjectMetadata); ok {
		return &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{
			Namespace: object.Namespace, Name: object.Name, UID: object.UID, ResourceVersion: object.ResourceVersion,
		}}, nil
	}
	return o, nil
}
