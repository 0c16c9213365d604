package desired

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// orders are the actions that a cluster's set holds, by UID.
func orders(t *testing.T, x *Index, cluster string) map[string]deliveryv1.Tombstone_Action {
	t.Helper()
	set, err := x.Set(cluster)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]deliveryv1.Tombstone_Action{}
	for _, ts := range set.Tombstones {
		out[ts.Uid] = ts.Action
	}
	return out
}

func TestAnApplicationMadeAnewHoldsItsForerunnersTombstoneBack(t *testing.T) {
	for name, again := range map[string]*v1alpha1.Application{
		"pinned":     anApp("web", "2", "one", "one"),
		"unassigned": anApp("web", "2", "one", ""),
		"unpinned": func() *v1alpha1.Application {
			app := anApp("web", "2", "one", "one")
			app.Spec.Source.TargetRevision = "elsewhere"
			return app
		}(),
		"recorded, its destination unknown for now": anApp("web", "2", "vanished", "one"),
	} {
		t.Run(name, func(t *testing.T) {
			x := newFleet()
			x.SetTombstone(aTombstone(anApp("web", "1", "one", "one"), "one"))
			if got := orders(t, x, "one"); len(got) != 1 {
				t.Fatalf("orders %v, want one", got)
			}
			x.SetApplication(again)
			if got := orders(t, x, "one"); len(got) != 0 {
				t.Errorf("orders %v while the application is back", got)
			}
			changed, cancel := x.Subscribe("one")
			defer cancel()
			ending := again.DeepCopy()
			ending.DeletionTimestamp = &metav1.Time{Time: time.Unix(100, 0)}
			x.SetApplication(ending)
			select {
			case <-changed:
			default:
				t.Error("the session was not told that the tombstone stands again")
			}
			if got := orders(t, x, "one"); len(got) != 1 {
				t.Errorf("orders %v once it is deleted too, want one", got)
			}
		})
	}
}

func TestAnApplicationMadeAnewElsewhereHoldsNothingBack(t *testing.T) {
	x := newFleet()
	x.SetTombstone(aTombstone(anApp("web", "1", "one", "one"), "one"))
	x.SetApplication(anApp("web", "2", "two", "two"))
	if got := orders(t, x, "one"); len(got) != 1 {
		t.Errorf("orders %v, want one", got)
	}
}

// The agent may hold any of the UIDs: it gets an order for each, and each says
// what was wanted last.
func TestTombstonesOfOneKeySayWhatTheNewestSays(t *testing.T) {
	const remove, release = deliveryv1.Tombstone_ACTION_DELETE, deliveryv1.Tombstone_ACTION_RELEASE
	for want, actions := range map[deliveryv1.Tombstone_Action][2]fleet.TombstoneAction{
		release: {fleet.TombstoneDelete, fleet.TombstoneRelease},
		remove:  {fleet.TombstoneRelease, fleet.TombstoneDelete},
	} {
		for name, apart := range map[string]time.Duration{"a minute apart": time.Minute, "within a second": 0} {
			x := newFleet()
			for i, uid := range []string{"1", "2"} {
				ts := aTombstone(anApp("web", uid, "one", "one"), "one")
				ts.Spec.Action = actions[i]
				ts.CreationTimestamp = metav1.NewTime(time.Unix(100, 0).Add(time.Duration(i) * apart))
				ts.ResourceVersion = []string{"9", "10"}[i]
				x.SetTombstone(ts)
			}
			if got := orders(t, x, "one"); len(got) != 2 || got["uid-1"] != want || got["uid-2"] != want {
				t.Errorf("%s: orders %v, want both to say %v", name, got, want)
			}
		}
	}
}
