package desired

import (
	"testing"

	"github.com/go-logr/logr"
	"pgregory.net/rapid"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
)

func served(name, server string) *fleet.Cluster {
	c := aCluster(name)
	c.Spec.Server = server
	return c
}

func atServer(server, recorded string) *v1alpha1.Application {
	app := anApp("web", "1", "", recorded)
	app.Spec.Destination.Server = server
	return app
}

func TestAServerOfTwoClustersMeansNeither(t *testing.T) {
	const server = "https://10.0.0.1:6443"
	x := newFleet()
	x.SetCluster(served("one", server))
	x.SetApplication(atServer(server, "one"))
	expect(t, x, "one", 1, 0)
	x.SetCluster(served("two", server))
	expect(t, x, "one", 0, 0)
	expect(t, x, "two", 0, 0)
	x.RemoveCluster(served("two", server))
	expect(t, x, "one", 1, 0) // removing one owner leaves the other's
	x.SetCluster(served("two", server))
	x.SetCluster(served("two", "https://10.0.0.2:6443"))
	expect(t, x, "one", 1, 0)
}

// The leader and the index must mean the same cluster, whatever came and went.
func TestTheIndexMeansWhatDestinationsMean(t *testing.T) {
	names, servers := []string{"in-cluster", "a", "b", "c"}, []string{"", "https://x", "https://y", fleet.InClusterServer}
	rapid.Check(t, func(t *rapid.T) {
		x := NewIndex(1, control, logr.Discard())
		live := map[string]*fleet.Cluster{}
		steps := rapid.IntRange(1, 12).Draw(t, "steps")
		for range steps {
			c := served(rapid.SampledFrom(names).Draw(t, "name"), rapid.SampledFrom(servers).Draw(t, "server"))
			if rapid.Bool().Draw(t, "leaves") && c.Name != fleet.InClusterName {
				x.RemoveCluster(c)
				delete(live, c.Name)
			} else {
				x.SetCluster(c)
				live[c.Name] = c
			}
		}
		if live[fleet.InClusterName] == nil { // the hub always has its own
			live[fleet.InClusterName] = aCluster(fleet.InClusterName)
			x.SetCluster(live[fleet.InClusterName])
		}
		var list []clusters.Cluster
		for _, c := range live {
			list = append(list, clusters.FromCluster(c))
		}
		destinations := clusters.NewDestinations(list)
		var asked []v1alpha1.ApplicationDestination
		for _, name := range names {
			asked = append(asked, v1alpha1.ApplicationDestination{Name: name},
				v1alpha1.ApplicationDestination{Server: fleet.ServerOf(name, fleet.ClusterSpec{})})
		}
		for _, server := range servers {
			asked = append(asked, v1alpha1.ApplicationDestination{Server: server})
		}
		for _, d := range asked {
			want := ""
			if c, err := destinations.Resolve(d); err == nil {
				want = c.Name
			}
			if got := x.resolve(d); got != want {
				t.Fatalf("destination %+v: the index means %q, the leader %q", d, got, want)
			}
		}
	})
}

// The work of a cluster's event is in proportion to what is delivered to it:
// what is indexed is exactly that.
func TestTheIndexKnowsWhatIsDeliveredWhere(t *testing.T) {
	x := newFleet()
	web := key{Namespace: control, Name: "web"}
	x.SetApplication(anApp("web", "1", "one", ""))
	x.SetApplication(anApp("web", "1", "one", "one"))
	x.SetApplication(anApp("web", "1", "one", "one"))
	if len(x.ofDelivered) != 1 || !x.ofDelivered["one"][web] {
		t.Errorf("delivered %v, want web at one", x.ofDelivered)
	}
	x.SetApplication(anApp("web", "1", "two", "two"))
	if len(x.ofDelivered) != 1 || !x.ofDelivered["two"][web] {
		t.Errorf("delivered %v, want web at two", x.ofDelivered)
	}
	x.RemoveApplication(anApp("web", "1", "two", "two"))
	if len(x.ofDelivered) != 0 {
		t.Errorf("delivered %v, want nothing", x.ofDelivered)
	}
}
