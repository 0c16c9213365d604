package desired

import (
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// saw raises the generation to the newest object version that was taken in.
// Versions are the store's own revisions and rise with every write, so they
// order what the hub says without a write of its own.
func (x *Index) saw(o metav1.Object) {
	if v, err := strconv.ParseUint(o.GetResourceVersion(), 10, 64); err == nil && v > x.generation {
		x.generation = v
	}
}

// SetApplication takes in a new or changed Application.
func (x *Index) SetApplication(app *v1alpha1.Application) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.saw(app)
	k := key{Namespace: app.Namespace, Name: app.Name}
	e := x.apps[k]
	if e == nil {
		e = &entry{}
		x.apps[k] = e
	}
	if e.app != nil && e.app.UID != app.UID { // made anew under the same name
		x.leave(k, e)
		e.cluster, e.bundle = "", nil
	}
	for _, p := range e.pins {
		delete(x.ofPin[p], k)
	}
	aimed := x.aim(e.app)
	drop(x.ofDelivered, delivered(e.app), k)
	add(x.ofDelivered, delivered(app), k)
	e.app, e.pins = app, nil
	if x.aim(app) != aimed {
		x.notify(aimed) // tombstones that it held back go out
	}
	for _, name := range pinsOf(app) {
		p := key{Namespace: app.Namespace, Name: name}
		e.pins = append(e.pins, p)
		add(x.ofPin, p, k)
	}
	x.compose(k)
}

// RemoveApplication forgets an Application that is gone.
func (x *Index) RemoveApplication(app *v1alpha1.Application) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.saw(app)
	k := key{Namespace: app.Namespace, Name: app.Name}
	e := x.apps[k]
	if e == nil {
		return
	}
	for _, p := range e.pins {
		delete(x.ofPin[p], k)
	}
	aimed := x.aim(e.app)
	drop(x.ofDelivered, delivered(e.app), k)
	x.leave(k, e)
	delete(x.apps, k)
	x.notify(aimed) // tombstones that it held back go out
}

// SetPin takes in a new or moved Pin.
func (x *Index) SetPin(p *fleet.Pin) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.saw(p)
	k := key{Namespace: p.Namespace, Name: p.Name}
	x.pins[k] = p
	x.composeAll(x.ofPin[k])
}

// RemovePin forgets a Pin. What it pinned stays as it was delivered.
func (x *Index) RemovePin(p *fleet.Pin) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.saw(p)
	delete(x.pins, key{Namespace: p.Namespace, Name: p.Name})
}

// SetProject takes in a new or changed AppProject.
func (x *Index) SetProject(p *v1alpha1.AppProject) { x.project(p, p) }

// RemoveProject forgets an AppProject.
func (x *Index) RemoveProject(p *v1alpha1.AppProject) { x.project(p, nil) }

func (x *Index) project(at, now *v1alpha1.AppProject) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.saw(at)
	k := key{Namespace: at.Namespace, Name: at.Name}
	if now == nil {
		delete(x.projects, k)
	} else {
		x.projects[k] = now
	}
	for app, e := range x.apps {
		if e.app.Spec.GetProject() == at.Name {
			x.compose(app)
		}
	}
}

// SetTombstone takes in a Tombstone: the Application that it was issued for
// leaves its set in the same step.
func (x *Index) SetTombstone(t *fleet.Tombstone) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.saw(t)
	k := key{Namespace: t.Namespace, Name: t.Name}
	x.tombs[k] = t
	add(x.tombsOf, t.Spec.Cluster, k)
	x.tombstoneMoved(t)
}

// RemoveTombstone forgets a Tombstone that was acknowledged or withdrawn.
func (x *Index) RemoveTombstone(t *fleet.Tombstone) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.saw(t)
	k := key{Namespace: t.Namespace, Name: t.Name}
	delete(x.tombs, k)
	delete(x.tombsOf[t.Spec.Cluster], k)
	x.tombstoneMoved(t)
}

func (x *Index) tombstoneMoved(t *fleet.Tombstone) {
	k := applicationOf(t)
	if x.apps[k] != nil {
		x.compose(k)
	}
	x.notify(t.Spec.Cluster)
}

// SetCluster takes in a new or changed Cluster.
func (x *Index) SetCluster(c *fleet.Cluster) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.saw(c)
	server := serverKey(c)
	was := x.clusters[c.Name]
	x.clusters[c.Name] = c
	if !settled(was, c) {
		x.notify(c.Name)
	}
	if rescoped(was, c) {
		x.composeAll(x.ofDelivered[c.Name])
	}
	if was != nil && serverKey(was) == server {
		return
	}
	if was != nil {
		x.withdraw(was)
	}
	add(x.byServer, server, c.Name)
	x.composeServedBy(server, c.Name)
}

// RemoveCluster forgets a Cluster that left.
func (x *Index) RemoveCluster(c *fleet.Cluster) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.saw(c)
	if was := x.clusters[c.Name]; was != nil {
		delete(x.clusters, c.Name)
		x.withdraw(was)
	}
}

func serverKey(c *fleet.Cluster) string {
	return fleet.ServerKey(fleet.ServerOf(c.Name, c.Spec))
}

// withdraw takes a cluster off its server.
func (x *Index) withdraw(c *fleet.Cluster) {
	server := serverKey(c)
	drop(x.byServer, server, c.Name)
	x.composeServedBy(server, c.Name)
}

// composeServedBy composes the Applications whose recorded cluster is the named
// one, which came to the server or left it, or one that shares the server: no
// other can be in their sets.
func (x *Index) composeServedBy(server, cluster string) {
	x.composeAll(x.ofDelivered[cluster])
	for name := range x.byServer[server] {
		if name != cluster {
			x.composeAll(x.ofDelivered[name])
		}
	}
}
