package desired

import (
	"testing"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

const (
	control = "argocd"
	repoURL = "https://git.example.com/a.git"
)

func meta(name, version string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: control, Name: name, ResourceVersion: version}
}

func aCluster(name string) *fleet.Cluster { return &fleet.Cluster{ObjectMeta: meta(name, "1")} }

func anApp(name, uid, destination, delivered string) *v1alpha1.Application {
	app := &v1alpha1.Application{ObjectMeta: meta(name, "5")}
	app.UID = types.UID("uid-" + uid)
	app.Spec.Source = &v1alpha1.ApplicationSource{RepoURL: repoURL, TargetRevision: "main", Path: "."}
	app.Spec.Destination = v1alpha1.ApplicationDestination{Name: destination}
	if delivered != "" {
		app.Status.Delivery = &v1alpha1.DeliveryStatus{Cluster: delivered}
	}
	return app
}

func aPin(commit string) *fleet.Pin {
	return &fleet.Pin{
		ObjectMeta: meta(fleet.RevisionPinName(fleet.PinnedRevision{RepoURL: repoURL, TargetRevision: "main"}), "6"),
		Spec: fleet.PinSpec{Cohorts: []fleet.PinCohort{{Revisions: []fleet.PinnedRevision{
			{RepoURL: repoURL, TargetRevision: "main", Revision: commit},
		}}}},
	}
}

func aTombstone(app *v1alpha1.Application, cluster string) *fleet.Tombstone {
	key := fleet.ApplicationKey{Namespace: app.Namespace, Name: app.Name, UID: string(app.UID)}
	return &fleet.Tombstone{
		ObjectMeta: meta(fleet.TombstoneName(cluster, key), "9"),
		Spec:       fleet.TombstoneSpec{Cluster: cluster, Application: key, Action: fleet.TombstoneDelete},
	}
}

// newFleet is an Index with two clusters and a pin.
func newFleet() *Index {
	x := NewIndex(3, control, logr.Discard())
	x.SetCluster(aCluster("one"))
	x.SetCluster(aCluster("two"))
	x.SetPin(aPin("c1"))
	x.SetProject(aProject("default"))
	return x
}

// aProject permits everything.
func aProject(name string) *v1alpha1.AppProject {
	p := &v1alpha1.AppProject{ObjectMeta: meta(name, "2")}
	p.Spec.SourceRepos = []string{"*"}
	p.Spec.Destinations = []v1alpha1.ApplicationDestination{{Server: "*", Namespace: "*"}}
	return p
}

func TestNothingIsDeliveredForAProjectThatDoesNotExist(t *testing.T) {
	x := newFleet()
	app := anApp("web", "1", "one", "one")
	app.Spec.Project = "ai"
	x.SetApplication(app)
	expect(t, x, "one", 0, 0)
	x.SetProject(aProject("ai"))
	expect(t, x, "one", 1, 0)
	x.RemoveProject(aProject("ai"))
	expect(t, x, "one", 1, 0) // what was delivered stays
}

// held lists what a cluster's set holds, "NAME@REVISION", and its tombstones.
func held(t *testing.T, x *Index, cluster string) (apps, tombs []string) {
	t.Helper()
	set, err := x.Set(cluster)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range set.Bundles {
		apps = append(apps, b.Name+"@"+b.Pins[0].Revision)
	}
	for _, ts := range set.Tombstones {
		tombs = append(tombs, ts.Name)
		if ts.Epoch != 3 {
			t.Errorf("tombstone of epoch %d, want 3", ts.Epoch)
		}
	}
	return apps, tombs
}

func expect(t *testing.T, x *Index, cluster string, apps, tombs int) {
	t.Helper()
	a, b := held(t, x, cluster)
	if len(a) != apps || len(b) != tombs {
		t.Errorf("cluster %s has applications %v and tombstones %v, want %d and %d", cluster, a, b, apps, tombs)
	}
}

func TestAnApplicationIsDeliveredOnceAssignedAndPinned(t *testing.T) {
	x := NewIndex(3, control, logr.Discard())
	x.SetProject(aProject("default"))
	x.SetCluster(aCluster("one"))
	x.SetApplication(anApp("web", "1", "one", ""))
	expect(t, x, "one", 0, 0)
	x.SetApplication(anApp("web", "1", "one", "one"))
	expect(t, x, "one", 0, 0) // no pin yet
	changed, cancel := x.Subscribe("one")
	defer cancel()
	x.SetPin(aPin("c1"))
	expect(t, x, "one", 1, 0)
	select {
	case <-changed:
	default:
		t.Error("the session was not told")
	}
}

func TestACommitMovesThePinAndTheBundle(t *testing.T) {
	x := newFleet()
	x.SetApplication(anApp("web", "1", "one", "one"))
	before, _ := x.Set("one")
	x.SetPin(aPin("c2"))
	after, _ := x.Set("one")
	if apps, _ := held(t, x, "one"); len(apps) != 1 || apps[0] != "web@c2" {
		t.Errorf("holds %v", apps)
	}
	if string(before.Bundles[0].Digest) == string(after.Bundles[0].Digest) {
		t.Error("another revision, the same digest")
	}
	x.RemovePin(aPin("c2"))
	expect(t, x, "one", 1, 0) // what was delivered stays
}

func TestAStatusUpdateTellsNobody(t *testing.T) {
	x := newFleet()
	x.SetApplication(anApp("web", "1", "one", "one"))
	changed, cancel := x.Subscribe("one")
	defer cancel()
	again := anApp("web", "1", "one", "one")
	again.ResourceVersion = "50"
	again.Status.Sync.Status = v1alpha1.SyncStatusCodeSynced
	x.SetApplication(again)
	select {
	case <-changed:
		t.Error("a status update woke the session")
	default:
	}
}

func TestATombstoneTakesTheApplicationsPlace(t *testing.T) {
	x := newFleet()
	app := anApp("web", "1", "one", "one")
	x.SetApplication(app)
	x.SetTombstone(aTombstone(app, "one"))
	expect(t, x, "one", 0, 1)
	x.RemoveApplication(app)
	expect(t, x, "one", 0, 1) // it outlives the Application
	acked := aTombstone(app, "one")
	acked.Status.Acknowledged = true
	x.SetTombstone(acked)
	expect(t, x, "one", 0, 0)
	x.RemoveTombstone(acked)
	x.SetApplication(anApp("web", "2", "one", "one")) // made anew
	expect(t, x, "one", 1, 0)
}

func TestAMovedDestinationLeavesTheOldSet(t *testing.T) {
	x := newFleet()
	x.SetApplication(anApp("web", "1", "one", "one"))
	moving := anApp("web", "1", "two", "one") // not assigned anew yet
	x.SetApplication(moving)
	expect(t, x, "one", 0, 0)
	expect(t, x, "two", 0, 0)
	x.SetTombstone(aTombstone(moving, "one"))
	x.SetApplication(anApp("web", "1", "two", "two"))
	expect(t, x, "one", 0, 1)
	expect(t, x, "two", 1, 0)
}

func TestADestinationByServerFollowsTheClustersServer(t *testing.T) {
	x := newFleet()
	app := anApp("web", "1", "", "one")
	app.Spec.Destination.Server = "https://one.clusters.fairlead.dev"
	x.SetApplication(app)
	expect(t, x, "one", 1, 0)
	moved := aCluster("one")
	moved.Spec.Server = "https://10.0.0.1:6443"
	x.SetCluster(moved)
	expect(t, x, "one", 0, 0)
	x.SetCluster(aCluster("one"))
	expect(t, x, "one", 1, 0)
	x.RemoveCluster(aCluster("one"))
	expect(t, x, "one", 0, 0)
}

func TestGenerationsOnlyRise(t *testing.T) {
	x := newFleet()
	x.AtLeast(100)
	set, _ := x.Set("one")
	if set.Position.Epoch != 3 || set.Position.Generation != 100 {
		t.Errorf("position %v", set.Position)
	}
	app := anApp("web", "1", "one", "one")
	app.ResourceVersion = "101"
	x.SetApplication(app)
	old := aPin("c1")
	old.ResourceVersion = "7"
	x.SetPin(old)
	if set, _ = x.Set("one"); set.Position.Generation != 101 {
		t.Errorf("position %v", set.Position)
	}
}
