package desired

import (
	"cmp"
	"strconv"
	"time"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// tombstones returns the orders that a cluster's agent must be given now.
//
// An Application that was made anew holds back the orders of its forerunners:
// the agent is to take their objects over. When it ends too before the agent
// has heard of it, the orders stand side by side, because only the one of the
// UID that the agent holds can end it there. All then say what the newest
// says: it is the last that was wanted of these objects.
func (x *Index) tombstones(cluster string) []*deliveryv1.Tombstone {
	newest := map[key]*fleet.Tombstone{}
	for k := range x.tombsOf[cluster] {
		t := x.tombs[k]
		if of := applicationOf(t); newest[of] == nil || age(t, newest[of]) > 0 {
			newest[of] = t
		}
	}
	var out []*deliveryv1.Tombstone
	for k := range x.tombsOf[cluster] {
		t := x.tombs[k]
		if t.Status.Acknowledged || x.madeAnew(t) {
			continue
		}
		out = append(out, x.message(t, newest[applicationOf(t)]))
	}
	return out
}

func (x *Index) message(t, newest *fleet.Tombstone) *deliveryv1.Tombstone {
	action := deliveryv1.Tombstone_ACTION_RELEASE
	if newest.Spec.Action == fleet.TombstoneDelete {
		action = deliveryv1.Tombstone_ACTION_DELETE
	}
	return &deliveryv1.Tombstone{
		Namespace: t.Spec.Application.Namespace, Name: t.Spec.Application.Name, Uid: t.Spec.Application.UID,
		Action: action, Epoch: x.epoch, Approved: approved(t) || approved(newest),
	}
}

// approved tells whether a person has approved an order. The annotation cannot
// mean anything else on a Tombstone, which came after the deletion.
func approved(t *fleet.Tombstone) bool { return v1alpha1.ApprovedSince(t.Annotations, time.Time{}) }

// madeAnew is true when another Application of the tombstone's key is aimed at
// its cluster, pinned yet or not.
func (x *Index) madeAnew(t *fleet.Tombstone) bool {
	e := x.apps[applicationOf(t)]
	return e != nil && string(e.app.UID) != t.Spec.Application.UID && x.aim(e.app) == t.Spec.Cluster
}

// aim is the cluster that a live Application goes to; where its destination
// means none, the one that it is recorded at.
func (x *Index) aim(app *v1alpha1.Application) string {
	if app == nil || !app.DeletionTimestamp.IsZero() {
		return ""
	}
	return cmp.Or(x.resolve(app.Spec.Destination), delivered(app))
}

func applicationOf(t *fleet.Tombstone) key {
	return key{Namespace: t.Spec.Application.Namespace, Name: t.Spec.Application.Name}
}

// age orders tombstones by when they were issued. Times have whole seconds;
// within one, the version tells, as long as no agent has answered.
func age(a, b *fleet.Tombstone) int {
	return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(version(a), version(b)))
}

func version(t *fleet.Tombstone) uint64 {
	v, _ := strconv.ParseUint(t.ResourceVersion, 10, 64)
	return v
}
