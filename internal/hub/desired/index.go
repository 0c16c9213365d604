package desired

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/types"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

type key = types.NamespacedName

// Index holds every cluster's desired set.
type Index struct {
	logger logr.Logger
	epoch  uint64

	mu         sync.Mutex
	generation uint64
	apps       map[key]*entry
	pins       map[key]*fleet.Pin
	projects   map[key]*v1alpha1.AppProject
	tombs      map[key]*fleet.Tombstone
	clusters   map[string]*fleet.Cluster
	byServer   map[string]map[string]bool // server -> names of its clusters

	ofPin       map[key]map[key]bool    // pin -> applications
	ofCluster   map[string]map[key]bool // cluster -> applications in its set
	ofDelivered map[string]map[key]bool // recorded cluster -> applications
	tombsOf     map[string]map[key]bool
	listeners   map[string]map[chan struct{}]bool
	rules       map[string]string // of health
	// control is the namespace of AppProjects.
	control string
}

// entry is one Application and what was made of it.
type entry struct {
	app     *v1alpha1.Application
	pins    []key
	cluster string // whose set the bundle is in; "" for none
	bundle  *deliveryv1.Bundle

	permission permission
}

// NewIndex returns an empty Index for the hub of the given epoch. AppProjects
// are looked up in the control namespace.
func NewIndex(epoch uint64, control string, logger logr.Logger) *Index {
	return &Index{
		logger: logger, epoch: epoch, control: control,
		apps: map[key]*entry{}, pins: map[key]*fleet.Pin{}, projects: map[key]*v1alpha1.AppProject{},
		tombs: map[key]*fleet.Tombstone{}, clusters: map[string]*fleet.Cluster{}, byServer: map[string]map[string]bool{},
		ofPin: map[key]map[key]bool{}, ofCluster: map[string]map[key]bool{}, ofDelivered: map[string]map[key]bool{},
		tombsOf: map[string]map[key]bool{}, listeners: map[string]map[chan struct{}]bool{},
	}
}

// Set returns what one cluster's agent should have, sorted by key.
func (x *Index) Set(cluster string) (delivery.Set, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	set := delivery.Set{Position: delivery.Position{Epoch: x.epoch, Generation: x.generation}}
	for k := range x.ofCluster[cluster] {
		set.Bundles = append(set.Bundles, x.apps[k].bundle)
	}
	set.Tombstones = x.tombstones(cluster)
	slices.SortFunc(set.Bundles, func(a, b *deliveryv1.Bundle) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	slices.SortFunc(set.Tombstones, func(a, b *deliveryv1.Tombstone) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Uid, b.Uid))
	})
	set.Settings = x.settings(cluster)
	return set, nil
}

// Subscribe returns a channel that receives (at most one waiting value) after
// the cluster's set may have changed, and a function that ends it.
func (x *Index) Subscribe(cluster string) (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.listeners[cluster] == nil {
		x.listeners[cluster] = map[chan struct{}]bool{}
	}
	x.listeners[cluster][ch] = true
	return ch, func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		delete(x.listeners[cluster], ch)
	}
}

func (x *Index) notify(cluster string) {
	for ch := range x.listeners[cluster] {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// Application returns the Application of a key as last seen.
func (x *Index) Application(namespace, name string) *v1alpha1.Application {
	x.mu.Lock()
	defer x.mu.Unlock()
	if e := x.apps[key{Namespace: namespace, Name: name}]; e != nil {
		return e.app
	}
	return nil
}

// delivered returns the cluster that is recorded for an Application.
func delivered(app *v1alpha1.Application) string {
	if app == nil || app.Status.Delivery == nil {
		return ""
	}
	return app.Status.Delivery.Cluster
}

// compose makes the bundle of one Application anew and moves it to the set
// where it belongs.
func (x *Index) compose(k key) {
	e := x.apps[k]
	cluster, bundle := x.place(e)
	if e.cluster == cluster && e.bundle.GetDigest() != nil && slices.Equal(e.bundle.GetDigest(), bundle.GetDigest()) {
		return
	}
	x.leave(k, e)
	e.cluster, e.bundle = cluster, bundle
	if cluster != "" {
		add(x.ofCluster, cluster, k)
		x.notify(cluster)
	}
}

// place says in which cluster's set the Application belongs now, and with what
// bundle. It belongs in none while its destination is not the recorded
// cluster, its revision is not pinned, or a tombstone has taken its place. What
// its project forbids is not sent; it stays where, and as, it was delivered.
func (x *Index) place(e *entry) (string, *deliveryv1.Bundle) {
	cluster := delivered(e.app)
	id := fleet.ApplicationKey{Namespace: e.app.Namespace, Name: e.app.Name, UID: string(e.app.UID)}
	if cluster == "" || x.tombs[key{Namespace: x.control, Name: fleet.TombstoneName(cluster, id)}] != nil {
		return "", nil
	}
	to, stays := x.resolve(e.app.Spec.Destination), e.cluster == cluster
	project := x.projects[key{Namespace: x.control, Name: e.app.Spec.GetProject()}]
	var bundle *deliveryv1.Bundle
	switch {
	case to != "" && (project == nil || !e.permitted(project, x.clusters[to])):
	case to != cluster:
		return "", nil
	default:
		var err error
		if bundle, err = bundleOf(e.app, x.pin, project); err != nil {
			x.logger.Error(err, "application not delivered", "application", e.app.Namespace+"/"+e.app.Name)
		}
	}
	switch {
	case bundle != nil:
		return cluster, bundle
	case stays: // no pin, no project or no permission now; what was delivered stays
		return e.cluster, e.bundle
	default:
		return "", nil
	}
}

// resolve is what clusters.Destinations says, as far as there are agents. A
// server of several clusters means none of them.
func (x *Index) resolve(d v1alpha1.ApplicationDestination) string {
	if d.Name != "" {
		if x.clusters[d.Name] != nil {
			return d.Name
		}
		return ""
	}
	if names := x.byServer[fleet.ServerKey(d.Server)]; len(names) == 1 {
		for name := range names {
			return name
		}
	}
	return ""
}

func (x *Index) pin(namespace, name string) *fleet.Pin {
	return x.pins[key{Namespace: namespace, Name: name}]
}

func (x *Index) leave(k key, e *entry) {
	if e.cluster != "" {
		delete(x.ofCluster[e.cluster], k)
		x.notify(e.cluster)
	}
}

func add[K, V comparable](m map[K]map[V]bool, at K, v V) {
	if m[at] == nil {
		m[at] = map[V]bool{}
	}
	m[at][v] = true
}

func drop[K, V comparable](m map[K]map[V]bool, at K, v V) {
	delete(m[at], v)
	if len(m[at]) == 0 {
		delete(m, at)
	}
}

func (x *Index) composeAll(keys map[key]bool) {
	for k := range maps.Clone(keys) {
		x.compose(k)
	}
}

// AtLeast raises the generation to the store's own revision, read before the
// informers started: what was delivered before a restart may have been newer
// than any object that is left.
func (x *Index) AtLeast(revision uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.generation = max(x.generation, revision)
}

// RaiseEpoch makes everything that is said from now on newer than whatever a
// hub before the restore had said.
func (x *Index) RaiseEpoch(epoch uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.epoch = max(x.epoch, epoch)
}

// NotifyAll signals every subscription.
func (x *Index) NotifyAll() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for cluster := range x.listeners {
		x.notify(cluster)
	}
}

// Identity returns the UID of a cluster's current enrolment ("" if none), and
// whether the cluster is in the fleet at all.
func (x *Index) Identity(cluster string) (uid string, exists bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	c := x.clusters[cluster]
	if c == nil {
		return "", false
	}
	return c.Status.Identity, true
}
