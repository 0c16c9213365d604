package desired

import (
	"context"
	"fmt"

	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Feed connects the Index to the informers of a cache and returns a function
// that waits until everything that existed has been taken in.
func (x *Index) Feed(ctx context.Context, informers cache.Informers) (wait func(context.Context) bool, err error) {
	var synced []toolscache.InformerSynced
	for _, f := range []struct {
		kind        client.Object
		set, remove func(any)
	}{
		{&fleet.Cluster{}, on(x.SetCluster), on(x.RemoveCluster)},
		{&v1alpha1.AppProject{}, on(x.SetProject), on(x.RemoveProject)},
		{&fleet.Pin{}, on(x.SetPin), on(x.RemovePin)},
		{&fleet.Tombstone{}, on(x.SetTombstone), on(x.RemoveTombstone)},
		{&v1alpha1.Application{}, on(x.SetApplication), on(x.RemoveApplication)},
	} {
		informer, err := informers.GetInformer(ctx, f.kind, cache.BlockUntilSynced(false))
		if err != nil {
			return nil, fmt.Errorf("watch %T: %w", f.kind, err)
		}
		registration, err := informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
			AddFunc:    f.set,
			UpdateFunc: func(_, is any) { f.set(is) },
			DeleteFunc: f.remove,
		})
		if err != nil {
			return nil, fmt.Errorf("watch %T: %w", f.kind, err)
		}
		synced = append(synced, registration.HasSynced)
	}
	return func(ctx context.Context) bool { return toolscache.WaitForCacheSync(ctx.Done(), synced...) }, nil
}

// on adapts a typed handler. The last state of an object whose deletion was
// missed comes wrapped.
func on[T client.Object](f func(T)) func(any) {
	return func(o any) {
		if lost, ok := o.(toolscache.DeletedFinalStateUnknown); ok {
			o = lost.Obj
		}
		if typed, ok := o.(T); ok {
			f(typed)
		}
	}
}
