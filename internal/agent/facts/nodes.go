package facts

import (
	"context"
	"fmt"
	"sync"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
)

var nodes = schema.GroupVersionResource{Version: "v1", Resource: "nodes"}

// Nodes are the totals over all nodes.
type Nodes struct {
	Count, GPUs int64
}

// WatchNodes calls changed with the totals, first when they are known and then
// whenever they change, until ctx ends.
func WatchNodes(ctx context.Context, client dynamic.Interface, log logr.Logger, changed func(Nodes)) {
	resource := client.Resource(nodes)
	lister := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return resource.List(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return resource.Watch(ctx, o)
		},
	}
	reflector := cache.NewReflectorWithOptions(lister, nil, &tally{changed: changed, nodes: map[string]int64{}}, cache.ReflectorOptions{
		Name: "facts/nodes", TypeDescription: "v1, Kind=Node", Logger: &log,
	})
	reflector.RunWithContext(klog.NewContext(ctx, log))
}

// tally keeps the number of GPUs per node. It stands where a reflector wants a
// store.
type tally struct {
	changed func(Nodes)

	mu    sync.Mutex
	nodes map[string]int64
	// told are the last totals; nil before the first.
	told *Nodes
}

func (t *tally) Add(obj any) error    { return t.put(obj) }
func (t *tally) Update(obj any) error { return t.put(obj) }
func (t *tally) Resync() error        { return nil }

func (t *tally) put(obj any) error {
	node, err := asNode(obj)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.nodes[node.GetName()] = gpus(node)
	t.tell()
	return nil
}

func (t *tally) Delete(obj any) error {
	if gone, ok := obj.(cache.DeletedFinalStateUnknown); ok {
		obj = gone.Obj
	}
	node, err := asNode(obj)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.nodes, node.GetName())
	t.tell()
	return nil
}

func (t *tally) Replace(objs []any, _ string) error {
	next := make(map[string]int64, len(objs))
	for _, obj := range objs {
		node, err := asNode(obj)
		if err != nil {
			return err
		}
		next[node.GetName()] = gpus(node)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.nodes = next
	t.tell()
	return nil
}

// tell the totals if they changed; the lock is held.
func (t *tally) tell() {
	now := Nodes{Count: int64(len(t.nodes))}
	for _, n := range t.nodes {
		now.GPUs += n
	}
	if t.told == nil || *t.told != now {
		t.told = &now
		t.changed(now)
	}
}

func asNode(obj any) (*unstructured.Unstructured, error) {
	node, ok := obj.(*unstructured.Unstructured)
	if !ok {
		return nil, fmt.Errorf("watch gave a %T, not a node", obj)
	}
	return node, nil
}
