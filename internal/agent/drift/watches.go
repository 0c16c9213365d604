package drift

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/health"
)

// Change is one event.
type Change struct {
	apply.Ref
	// Gone: deleted, or without the agent's label now.
	Gone bool
	// StatusOnly: the object is as it was but for its health.
	StatusOnly bool
}

// Options of Watches; all are required.
type Options struct {
	Dynamic  dynamic.Interface
	Metadata metadata.Interface
	// Kinds resolves a kind to its resource.
	Kinds *apply.Kinds
	// Notify is told of every change, from many goroutines. It must not block.
	Notify func(Change)
	// Rules of health in force, asked for each object that comes in.
	Rules func() *health.Rules
	// Served is told when a kind that was wanted before the cluster served it
	// is there. It must not block.
	Served func(schema.GroupVersionKind)
	Logger logr.Logger
}

// Watches keeps one watch per wanted kind. Safe for concurrent use.
type Watches struct {
	opts Options
	ctx  context.Context
	stop context.CancelFunc
	done sync.WaitGroup

	mu sync.Mutex
	// wanted kinds by owner.
	wanted map[string]map[schema.GroupVersionKind]bool
	active map[schema.GroupVersionKind]*active
}

// active is one running watch.
type active struct {
	sink *sink
	stop context.CancelFunc
	// nudge asks a watch that waits for its kind to look again now.
	nudge chan struct{}
}

// Start watches nothing yet. Everything ends with ctx, or with Stop.
func Start(ctx context.Context, o Options) *Watches {
	ctx, stop := context.WithCancel(klog.NewContext(ctx, o.Logger))
	return &Watches{
		opts: o, ctx: ctx, stop: stop,
		wanted: map[string]map[schema.GroupVersionKind]bool{},
		active: map[schema.GroupVersionKind]*active{},
	}
}

// Stop ends all watches and waits for them.
func (w *Watches) Stop() {
	w.stop()
	w.done.Wait()
}

// Want says which kinds an owner has objects of, in place of what it said
// before; none ends its interest. A kind that nobody wants is watched no more.
func (w *Watches) Want(owner string, kinds ...schema.GroupVersionKind) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.wanted, owner)
	for _, gvk := range kinds {
		if w.wanted[owner] == nil {
			w.wanted[owner] = map[schema.GroupVersionKind]bool{}
		}
		w.wanted[owner][gvk] = true
	}
	needed := map[schema.GroupVersionKind]bool{}
	for _, kinds := range w.wanted {
		maps.Copy(needed, kinds)
	}
	for gvk, a := range w.active {
		if !needed[gvk] {
			a.stop()
			delete(w.active, gvk)
		}
	}
	for gvk := range needed {
		if w.active[gvk] == nil && w.ctx.Err() == nil {
			w.active[gvk] = w.start(gvk, nil)
		}
	}
}

// Rejudge lists the objects of these kinds anew, because the rules of their
// health have changed. Until that is done they are shown as they were judged
// before; those judged otherwise then are told of.
func (w *Watches) Rejudge(kinds ...schema.GroupKind) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for gvk, a := range w.active {
		if slices.Contains(kinds, gvk.GroupKind()) && w.ctx.Err() == nil {
			a.stop()
			w.active[gvk] = w.start(gvk, a.sink)
		}
	}
}

// Nudge makes the watches of kinds that were not served look again now: a CRD
// has just been applied.
func (w *Watches) Nudge() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.active {
		select {
		case a.nudge <- struct{}{}:
		default:
		}
	}
}

// Observe tells what the watch of its kind shows of an object; false if there
// is no such watch, or it does not show the object.
func (w *Watches) Observe(ref apply.Ref) (apply.Observed, bool) {
	r, found := w.record(ref)
	return r.Observed, found
}

// URLs under which an object can be reached, as its status says.
func (w *Watches) URLs(ref apply.Ref) []string {
	r, _ := w.record(ref)
	return r.urls
}

func (w *Watches) record(ref apply.Ref) (record, bool) {
	w.mu.Lock()
	a := w.active[ref.GroupVersionKind()]
	w.mu.Unlock()
	if a == nil || !a.sink.isSynced() {
		return record{}, false
	}
	return a.sink.get(name{ref.Namespace, ref.Name})
}

// AwaitSynced waits until the watches of these kinds have their first list, or
// for at most limit: a kind that is not served never gets there.
func (w *Watches) AwaitSynced(ctx context.Context, limit time.Duration, kinds ...schema.GroupVersionKind) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for _, gvk := range kinds {
		w.mu.Lock()
		a := w.active[gvk]
		w.mu.Unlock()
		if a == nil {
			continue
		}
		select {
		case <-a.sink.synced:
		case <-ctx.Done():
			return
		}
	}
}

// start a watch, in place of one with the sink before, if any; the lock is held.
func (w *Watches) start(gvk schema.GroupVersionKind, before *sink) *active {
	ctx, stop := context.WithCancel(w.ctx)
	a := &active{sink: newSink(gvk, w.opts.Rules, w.opts.Notify), stop: stop, nudge: make(chan struct{}, 1)}
	if before != nil {
		a.sink.inherit(before)
	}
	w.done.Go(func() { w.run(ctx, gvk, a) })
	return a
}

// run waits for the kind to be served, then keeps the watch open: the
// reflector continues it, lists again where it must, and backs off up to 30 s.
func (w *Watches) run(ctx context.Context, gvk schema.GroupVersionKind, a *active) {
	kind, ok := w.await(ctx, gvk, a)
	if !ok {
		return
	}
	logger := w.opts.Logger
	reflector := cache.NewReflectorWithOptions(w.lister(gvk, kind), nil, a.sink, cache.ReflectorOptions{
		Name: "drift/" + gvk.GroupKind().String(), TypeDescription: gvk.String(), Logger: &logger,
	})
	reflector.RunWithContext(ctx)
}

// await looks for the kind, less and less often, until it is served.
func (w *Watches) await(ctx context.Context, gvk schema.GroupVersionKind, a *active) (apply.Kind, bool) {
	late := false
	for wait := time.Second; ; wait = min(2*wait, 5*time.Minute) {
		kind, err := w.opts.Kinds.Lookup(ctx, gvk)
		if err == nil {
			if late {
				w.opts.Served(gvk)
			}
			return kind, true
		}
		late = true
		var missing *apply.NotInstalledError
		if !errors.As(err, &missing) {
			w.opts.Logger.Info("kind cannot be looked up; trying again", "kind", gvk.String(), "reason", err.Error())
			wait = min(wait, 30*time.Second)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return apply.Kind{}, false
		case <-a.nudge:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// lister lists and watches the labelled objects of one kind.
func (w *Watches) lister(gvk schema.GroupVersionKind, kind apply.Kind) *cache.ListWatch {
	selected := func(o metav1.ListOptions) metav1.ListOptions {
		o.LabelSelector = apply.LabelApplication
		return o
	}
	if isWhole(gvk, w.opts.Rules()) {
		client := w.opts.Dynamic.Resource(kind.Resource)
		return &cache.ListWatch{
			ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
				return client.List(ctx, selected(o))
			},
			WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
				return client.Watch(ctx, selected(o))
			},
		}
	}
	client := w.opts.Metadata.Resource(kind.Resource)
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return client.List(ctx, selected(o))
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return client.Watch(ctx, selected(o))
		},
	}
}
