package healthrules

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	toolscache "k8s.io/client-go/tools/cache"
)

// ConfigMapName is the ConfigMap in the control namespace that holds the rules.
const ConfigMapName = "fairlead-health"

// ConfigMaps of the control namespace.
type ConfigMaps interface {
	List(ctx context.Context, opts metav1.ListOptions) (*corev1.ConfigMapList, error)
	Watch(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error)
	Patch(ctx context.Context, name string, kind types.PatchType, data []byte, opts metav1.PatchOptions, subresources ...string) (*corev1.ConfigMap, error)
}

// follower watches one ConfigMap, and that alone.
type follower struct {
	informer toolscache.SharedIndexInformer
	// told: what was there at the start has been handed over.
	told toolscache.InformerSynced
}

// follow hands a ConfigMap to f as it is and whenever it changes; nil once it
// is gone. Nothing happens before run.
func follow(configMaps ConfigMaps, name string, f func(*corev1.ConfigMap)) (follower, error) {
	selected := func(o metav1.ListOptions) metav1.ListOptions {
		o.FieldSelector = fields.OneTermEqualSelector(metav1.ObjectNameField, name).String()
		return o
	}
	informer := toolscache.NewSharedIndexInformer(&toolscache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return configMaps.List(ctx, selected(o))
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return configMaps.Watch(ctx, selected(o))
		},
	}, &corev1.ConfigMap{}, 0, nil)
	is := func(o any) {
		if cm, ok := o.(*corev1.ConfigMap); ok {
			f(cm)
		}
	}
	registration, err := informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
		AddFunc:    is,
		UpdateFunc: func(_, now any) { is(now) },
		DeleteFunc: func(any) { f(nil) },
	})
	if err != nil {
		return follower{}, fmt.Errorf("watch configmap %s: %w", name, err)
	}
	return follower{informer: informer, told: registration.HasSynced}, nil
}

func (f follower) run(ctx context.Context) { f.informer.RunWithContext(ctx) }
