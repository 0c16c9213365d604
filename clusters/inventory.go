package clusters

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	fleetv1alpha1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

// Inventory is a fleet at one moment: sorted and indexed by name, as
// expansion sees it; for where an Application goes see Destinations. The zero
// value holds nothing; NewInventory makes a useful one.
type Inventory struct {
	clusters []Cluster
	byName   map[string]*Cluster
}

// NewInventory sorts and indexes clusters and adds the implicit in-cluster if
// none of them stands for it. Two clusters of one name are refused, both named
// by their origin; two of one server are allowed, as in Argo CD.
func NewInventory(list []Cluster) (*Inventory, error) {
	inv := &Inventory{
		clusters: slices.Clone(list),
		byName:   make(map[string]*Cluster, len(list)+1),
	}
	if !declaresLocal(list) {
		inv.clusters = append(inv.clusters, Local())
	}
	slices.SortFunc(inv.clusters, func(a, b Cluster) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Origin, b.Origin))
	})

	var errs []error
	for i := range inv.clusters {
		c := &inv.clusters[i]
		if first, taken := inv.byName[c.Name]; taken {
			errs = append(errs, fmt.Errorf("cluster name %q is declared twice, by %s and by %s: rename one",
				c.Name, first.Origin, c.Origin))
			continue
		}
		inv.byName[c.Name] = c
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return inv, nil
}

// declaresLocal says whether a declared cluster already stands for the hub's
// own, by its server as Argo CD decides it, or by taking its name.
func declaresLocal(list []Cluster) bool {
	return slices.ContainsFunc(list, func(c Cluster) bool {
		return c.Server == fleetv1alpha1.InClusterServer || c.Name == fleetv1alpha1.InClusterName
	})
}

// All returns every cluster sorted by name. The slice is shared: do not change it.
func (inv *Inventory) All() []Cluster {
	if inv == nil {
		return nil
	}
	return inv.clusters
}

// ByName finds a cluster by its exact name.
func (inv *Inventory) ByName(name string) (*Cluster, bool) {
	if inv == nil {
		return nil, false
	}
	c, ok := inv.byName[name]
	return c, ok
}

// Select returns the clusters that a selector reaches, sorted by name.
func (inv *Inventory) Select(s Selector) []*Cluster {
	if inv == nil {
		return nil
	}
	var out []*Cluster
	for i := range inv.clusters {
		if s.Matches(&inv.clusters[i]) {
			out = append(out, &inv.clusters[i])
		}
	}
	return out
}
