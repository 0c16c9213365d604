package clusters

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	fleetv1alpha1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Destinations answers which cluster a destination means. Unlike an Inventory
// it takes any list: clusters that cannot be told apart are refused one by one,
// when a destination asks for them.
//
// Agents stand behind fairlead.dev Clusters only. So a Secret never wins over
// a Cluster of the same server, and it never takes the name or the server of
// the hub's own cluster.
type Destinations struct {
	byName   map[string][]*Cluster
	byServer map[string][]*Cluster
}

// NewDestinations indexes clusters and adds the hub's own if list lacks it.
func NewDestinations(list []Cluster) *Destinations {
	list = slices.Clone(list)
	if !slices.ContainsFunc(list, func(c Cluster) bool { return !c.Secret && c.Name == fleetv1alpha1.InClusterName }) {
		list = append(list, Local())
	}
	slices.SortFunc(list, func(a, b Cluster) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Origin, b.Origin))
	})
	d := &Destinations{byName: make(map[string][]*Cluster, len(list)), byServer: make(map[string][]*Cluster, len(list))}
	for i := range list {
		c := &list[i]
		d.byName[c.Name] = append(d.byName[c.Name], c)
		key := fleetv1alpha1.ServerKey(c.Server)
		d.byServer[key] = append(d.byServer[key], c)
	}
	return d
}

// Resolve finds the cluster that a destination means, by name or by server,
// exactly one of which must be given. Errors name every cluster that the
// destination may mean, and say what to do.
//
// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/
func (d *Destinations) Resolve(to v1alpha1.ApplicationDestination) (*Cluster, error) {
	switch {
	case to.Name != "" && to.Server != "":
		return nil, fmt.Errorf("destination has both name %q and server %q: keep one of them", to.Name, to.Server)
	case to.Name != "":
		return d.named(to.Name)
	case to.Server != "":
		return d.at(to.Server)
	default:
		return nil, errors.New("destination names no cluster: set destination.name or destination.server")
	}
}

func (d *Destinations) named(name string) (*Cluster, error) {
	found := d.byName[name]
	if name == fleetv1alpha1.InClusterName {
		found = preferClusters(found)
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("destination.name: the fleet has no cluster %q; add it with: fairlead cluster add %s", name, name)
	case 1:
		return found[0], nil
	default:
		return nil, fmt.Errorf("cluster name %q is declared %d times, by %s: rename all but one", name, len(found), origins(found))
	}
}

func (d *Destinations) at(server string) (*Cluster, error) {
	found := preferClusters(d.byServer[fleetv1alpha1.ServerKey(server)])
	switch {
	case len(found) == 0:
		return nil, fmt.Errorf("destination.server: no cluster of the fleet has server %q; see: fairlead cluster list", server)
	case len(found) > 1:
		return nil, fmt.Errorf("destination.server: %q is the server of %d clusters, %s: use destination.name, or give each its own server",
			server, len(found), origins(found))
	case found[0].Secret: // what is delivered is found by name
		return d.named(found[0].Name)
	default:
		return found[0], nil
	}
}

// preferClusters leaves Secrets out where a fairlead.dev Cluster is found too.
func preferClusters(found []*Cluster) []*Cluster {
	var own []*Cluster
	for _, c := range found {
		if !c.Secret {
			own = append(own, c)
		}
	}
	if len(own) == 0 {
		return found
	}
	return own
}

// origins names clusters by the objects that declare them, in order.
func origins(found []*Cluster) string {
	names := make([]string, len(found))
	for i, c := range found {
		names[i] = cmp.Or(c.Origin, c.Name)
	}
	return strings.Join(names, " and ")
}
