package desired

import (
	"testing"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// onlyRepository permits one repository, anywhere.
func onlyRepository(url string) *v1alpha1.AppProject {
	p := aProject("default")
	p.Spec.SourceRepos = []string{url}
	return p
}

func TestWhatAProjectForbidsIsNotSentAndWhatWasSentStays(t *testing.T) {
	x := newFleet()
	x.SetApplication(anApp("web", "1", "one", "one"))
	x.SetProject(onlyRepository("https://git.example.com/other.git"))
	x.SetApplication(anApp("new", "2", "one", "one"))
	expect(t, x, "one", 1, 0) // web as it was, and new not at all
	x.SetPin(aPin("c2"))
	if apps, _ := held(t, x, "one"); len(apps) != 1 || apps[0] != "web@c1" {
		t.Errorf("sent %v, want web at the commit that was permitted", apps)
	}
	x.SetProject(aProject("default"))
	if apps, _ := held(t, x, "one"); len(apps) != 2 || apps[0] != "new@c2" || apps[1] != "web@c2" {
		t.Errorf("permitted again: %v", apps)
	}
}

func TestAForbiddenDestinationLeavesItWhereItWas(t *testing.T) {
	x := newFleet()
	x.SetApplication(anApp("web", "1", "one", "one"))
	p := aProject("default")
	p.Spec.Destinations = []v1alpha1.ApplicationDestination{{Name: "one", Namespace: "*"}}
	x.SetProject(p)
	x.SetApplication(anApp("web", "1", "two", "one"))
	expect(t, x, "one", 1, 0)
	expect(t, x, "two", 0, 0)
	x.SetTombstone(aTombstone(anApp("web", "1", "two", "one"), "one"))
	expect(t, x, "one", 0, 1) // an order to end it is an order
}

func TestAClusterOfAnotherProjectIsNotDeliveredTo(t *testing.T) {
	x := newFleet()
	p := aProject("default")
	p.Spec.PermitOnlyProjectScopedClusters = true
	x.SetProject(p)
	x.SetApplication(anApp("web", "1", "one", "one"))
	expect(t, x, "one", 0, 0)
	scoped := aCluster("one")
	scoped.Spec = fleet.ClusterSpec{Project: "default"}
	x.SetCluster(scoped)
	expect(t, x, "one", 1, 0)
}

func TestAPauseCannotBringWhatTheProjectForbids(t *testing.T) {
	x := newFleet()
	x.SetProject(onlyRepository(repoURL))
	x.SetApplication(anApp("web", "1", "one", "one"))
	x.SetApplication(pausedApp(t, v1alpha1.RevisionHistory{
		ID: 3, Revision: oldCommit, Source: v1alpha1.ApplicationSource{RepoURL: "https://git.example.com/other.git", Path: "old", TargetRevision: "main"},
	}))
	if app, pins := atOne(t, x); app.Spec.Source.RepoURL != repoURL || pins[0] != "c1" {
		t.Errorf("delivered %+v at %v, want what was permitted", app.Spec.Source, pins)
	}
}
