package clusters

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	fleetv1alpha1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

// Inventory is a fleet at one moment: sorted by name, as expansion sees it; for
// where an Application goes see Destinations. It never changes: With makes
// another. The zero value holds nothing; NewInventory makes a useful one.
type Inventory struct {
	sorted []*Cluster
	locals int // declared clusters that stand for the hub's own
}

// NewInventory sorts and indexes clusters and adds the implicit in-cluster if
// none of them stands for it. Two clusters of one name are refused, both named
// by their origin; two of one server are allowed, as in Argo CD.
func NewInventory(list []Cluster) (*Inventory, error) {
	list = declared(list)
	inv := &Inventory{sorted: make([]*Cluster, 0, len(list)+1)}
	for i := range list {
		inv.sorted = append(inv.sorted, &list[i])
		inv.locals += count(declaresLocal(&list[i]))
	}
	inv.addLocal()
	slices.SortFunc(inv.sorted, compareClusters)
	if err := clashes(inv.sorted); err != nil {
		return nil, err
	}
	return inv, nil
}

// declaresLocal says whether a declared cluster stands for the hub's own, by
// its server as Argo CD decides it, or by taking its name.
func declaresLocal(c *Cluster) bool {
	return !c.Implicit && (c.Server == fleetv1alpha1.InClusterServer || c.Name == fleetv1alpha1.InClusterName)
}

// declared is a copy of list without the implicit in-cluster, which inventories
// add by themselves.
func declared(list []Cluster) []Cluster {
	return slices.DeleteFunc(slices.Clone(list), func(c Cluster) bool { return c.Implicit })
}

// addLocal appends the implicit in-cluster if nothing stands for it.
func (inv *Inventory) addLocal() {
	if inv.locals == 0 {
		local := Local()
		inv.sorted = append(inv.sorted, &local)
	}
}

func compareClusters(a, b *Cluster) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Origin, b.Origin))
}

// clashes is an error that names every name that is declared twice.
func clashes(sorted []*Cluster) error {
	var errs []error
	for i := 1; i < len(sorted); i++ {
		switch a, b := sorted[i-1], sorted[i]; {
		case a.Name != b.Name:
		case a.Origin == b.Origin:
			errs = append(errs, fmt.Errorf("cluster name %q is declared twice, both times by %s: keep one", a.Name, a.Origin))
		default:
			errs = append(errs, fmt.Errorf("cluster name %q is declared twice, by %s and by %s: rename one",
				a.Name, a.Origin, b.Origin))
		}
	}
	return errors.Join(errs...)
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// All returns every cluster sorted by name. The slice is the caller's; what the
// clusters hold is shared.
func (inv *Inventory) All() []Cluster {
	if inv == nil {
		return nil
	}
	out := make([]Cluster, len(inv.sorted))
	for i, c := range inv.sorted {
		out[i] = *c
	}
	return out
}

// Len is the number of clusters, the implicit one included.
func (inv *Inventory) Len() int {
	if inv == nil {
		return 0
	}
	return len(inv.sorted)
}

// ByName finds a cluster by its exact name.
func (inv *Inventory) ByName(name string) (*Cluster, bool) {
	if inv == nil {
		return nil, false
	}
	i, ok := search(inv.sorted, name)
	if !ok {
		return nil, false
	}
	return inv.sorted[i], true
}

func search(sorted []*Cluster, name string) (int, bool) {
	return slices.BinarySearchFunc(sorted, name, func(c *Cluster, name string) int { return strings.Compare(c.Name, name) })
}

// Select returns the clusters that a selector reaches, sorted by name.
func (inv *Inventory) Select(s Selector) []*Cluster {
	if inv == nil {
		return nil
	}
	var out []*Cluster
	for _, c := range inv.sorted {
		if s.Matches(c) {
			out = append(out, c)
		}
	}
	return out
}
