package live

import (
	"maps"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
)

// echoPatience is how long a write is remembered whose event does not come: a
// cache that was cut off may never tell of an object that has gone again.
const echoPatience = time.Minute

// echoes remembers what the hub has just written until the cache tells of it,
// so that neither a cache that lags behind nor the hub's own events cause
// another look.
type echoes struct {
	now func() time.Time

	mu      sync.Mutex
	written map[types.NamespacedName]echo
	deleted map[types.UID]time.Time // until when it is remembered
}

type echo struct {
	app   *v1alpha1.Application
	until time.Time
}

func newEchoes(now func() time.Time) *echoes {
	return &echoes{now: now, written: map[types.NamespacedName]echo{}, deleted: map[types.UID]time.Time{}}
}

// wrote notes what the API server answered to a write.
func (e *echoes) wrote(app *v1alpha1.Application) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.written[client.ObjectKeyFromObject(app)] = echo{app, e.now().Add(echoPatience)}
}

// deletes notes that the hub marks an Application and deletes it.
func (e *echoes) deletes(app *v1alpha1.Application) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.deleted[app.UID] = e.now().Add(echoPatience)
}

// spared takes deletes back: the Application was not deleted.
func (e *echoes) spared(app *v1alpha1.Application) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.deleted, app.UID)
}

// ends is true for an update by which the hub itself deletes an Application:
// the mark that says why, and the beginning of its end. That it has gone is
// worth a look.
func (e *echoes) ends(update event.UpdateEvent) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	was, is := update.ObjectOld, update.ObjectNew
	until, ours := e.deleted[is.GetUID()]
	if !ours || was.GetUID() != is.GetUID() {
		return false
	}
	if e.now().After(until) {
		delete(e.deleted, is.GetUID())
		return false
	}
	if was.GetDeletionTimestamp().IsZero() && !is.GetDeletionTimestamp().IsZero() {
		return true
	}
	before, after := was.DeepCopyObject().(client.Object), is.DeepCopyObject().(client.Object)
	for _, o := range []client.Object{before, after} {
		annotations := o.GetAnnotations()
		maps.DeleteFunc(annotations, func(key, _ string) bool { return plan.OfDeletion(key) })
		o.SetAnnotations(annotations)
	}
	return !Changed(event.UpdateEvent{ObjectOld: before, ObjectNew: after})
}

// gone forgets all of an object.
func (e *echoes) gone(object client.Object) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.deleted, object.GetUID())
	key := client.ObjectKeyFromObject(object)
	if known, ok := e.written[key]; ok && known.app.UID == object.GetUID() {
		delete(e.written, key)
	}
}

// heard takes an event of the cache and is true if the hub caused it itself.
func (e *echoes) heard(object client.Object) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	key := client.ObjectKeyFromObject(object)
	known, ok := e.written[key]
	if !ok {
		return false
	}
	order, err := resourceversion.CompareResourceVersion(object.GetResourceVersion(), known.app.ResourceVersion)
	if err != nil || order >= 0 {
		delete(e.written, key)
	}
	return err == nil && order <= 0
}

// of lists what was written in a namespace and not heard of yet.
func (e *echoes) of(namespace string) []*v1alpha1.Application {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []*v1alpha1.Application
	for key, known := range e.written {
		if key.Namespace == namespace && !e.now().After(known.until) {
			out = append(out, known.app)
		}
	}
	return out
}

// newest is the later of what the cache has, nil for nothing, and what the hub
// wrote.
func (e *echoes) newest(key types.NamespacedName, cached *v1alpha1.Application) *v1alpha1.Application {
	e.mu.Lock()
	defer e.mu.Unlock()
	known, ok := e.written[key]
	if !ok {
		return cached
	}
	if e.now().After(known.until) {
		delete(e.written, key)
		return cached
	}
	if cached == nil {
		return known.app
	}
	if order, err := resourceversion.CompareResourceVersion(cached.ResourceVersion, known.app.ResourceVersion); err != nil || order >= 0 {
		return cached
	}
	return known.app
}

// Changed is true when somebody touched what a row decides of an Application.
func Changed(e event.UpdateEvent) bool {
	was, is := e.ObjectOld, e.ObjectNew
	return was.GetGeneration() != is.GetGeneration() ||
		!equality.Semantic.DeepEqual(was.GetLabels(), is.GetLabels()) ||
		!equality.Semantic.DeepEqual(was.GetAnnotations(), is.GetAnnotations()) ||
		!equality.Semantic.DeepEqual(was.GetFinalizers(), is.GetFinalizers()) ||
		!equality.Semantic.DeepEqual(was.GetOwnerReferences(), is.GetOwnerReferences())
}
