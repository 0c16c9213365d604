package clusters

import (
	"reflect"
	"slices"
)

// With is the inventory after some clusters came, changed or went; inv stays as
// it is, and the two share every other cluster. Removed names go first; a name
// that is not there is passed over. Then changed clusters come: each takes the
// place of the cluster of its name if the same object declares both, that is
// if their origins are equal. A cluster that was renamed is its old name in
// removed and its new self in changed. So is one that another object declares
// now: its name stands in both.
//
// The result, and the error for two clusters of one name, are those of
// NewInventory over the whole fleet: the implicit in-cluster comes and goes
// too. The work is in proportion to the number of changes, but for one copy of
// a pointer per cluster.
func (inv *Inventory) With(changed []Cluster, removed []string) (*Inventory, error) {
	changed = declared(changed)
	edits := make([]*Cluster, len(changed))
	locals := 0
	for i := range changed {
		edits[i] = &changed[i]
		locals += count(declaresLocal(&changed[i]))
	}
	slices.SortStableFunc(edits, compareClusters)
	if err := clashes(edits); err != nil {
		return nil, err
	}
	gone := make(map[string]bool, len(removed))
	for _, name := range removed {
		gone[name] = true
	}

	out := &Inventory{locals: locals}
	if inv != nil {
		out.locals += inv.locals
	}
	kept, err := out.keep(inv, edits, gone)
	if err != nil {
		return nil, err
	}
	out.sorted = merge(kept, edits)
	out.settleLocal()
	return out, nil
}

// keep lists the clusters of inv that no edit replaces and that are not gone,
// and takes those that are left out off the count of locals.
func (inv *Inventory) keep(of *Inventory, edits []*Cluster, gone map[string]bool) ([]*Cluster, error) {
	if of == nil {
		return nil, nil
	}
	var drop []int
	for name := range gone {
		if i, ok := search(of.sorted, name); ok && !of.sorted[i].Implicit {
			drop = append(drop, i)
		}
	}
	for _, c := range edits {
		i, ok := search(of.sorted, c.Name)
		if !ok || gone[c.Name] {
			continue
		}
		if was := of.sorted[i]; !was.Implicit && was.Origin != c.Origin {
			pair := []*Cluster{was, c}
			slices.SortFunc(pair, compareClusters)
			return nil, clashes(pair)
		}
		drop = append(drop, i)
	}
	slices.Sort(drop)
	kept := make([]*Cluster, 0, len(of.sorted)+len(edits)+1)
	next := 0
	for _, i := range slices.Compact(drop) {
		inv.locals -= count(declaresLocal(of.sorted[i]))
		kept = append(kept, of.sorted[next:i]...)
		next = i + 1
	}
	return append(kept, of.sorted[next:]...), nil
}

// merge puts sorted edits among sorted clusters, in place where it can.
func merge(kept, edits []*Cluster) []*Cluster {
	n := len(kept)
	kept = append(kept, edits...)
	for i, e := n-1, len(edits)-1; e >= 0; {
		if i >= 0 && compareClusters(kept[i], edits[e]) > 0 {
			kept[i+e+1] = kept[i]
			i--
			continue
		}
		kept[i+e+1] = edits[e]
		e--
	}
	return kept
}

// settleLocal adds or drops the implicit in-cluster.
func (inv *Inventory) settleLocal() {
	local := Local()
	i, ok := search(inv.sorted, local.Name)
	switch implicit := ok && inv.sorted[i].Implicit; {
	case inv.locals > 0 && implicit:
		inv.sorted = slices.Delete(inv.sorted, i, i+1)
	case inv.locals == 0 && !implicit:
		inv.sorted = slices.Insert(inv.sorted, i, &local)
	}
}

// Only is the part of an inventory that holds the named clusters. Names that
// are not there are passed over, and no implicit cluster is added.
func (inv *Inventory) Only(names []string) *Inventory {
	out := &Inventory{}
	for _, name := range names {
		c, ok := inv.ByName(name)
		if !ok {
			continue
		}
		if i, twice := search(out.sorted, name); !twice {
			out.sorted = slices.Insert(out.sorted, i, c)
			out.locals += count(declaresLocal(c))
		}
	}
	return out
}

// Changed lists the names of clusters that are not the same in both
// inventories: that came, went or changed in any field. Clusters that the two
// share, see With, cost one comparison of pointers.
func (inv *Inventory) Changed(before *Inventory) []string {
	var out []string
	now, was := inv.list(), before.list()
	for len(now)+len(was) > 0 {
		switch {
		case len(was) == 0 || len(now) > 0 && now[0].Name < was[0].Name:
			out, now = append(out, now[0].Name), now[1:]
		case len(now) == 0 || was[0].Name < now[0].Name:
			out, was = append(out, was[0].Name), was[1:]
		default:
			if now[0] != was[0] && !reflect.DeepEqual(now[0], was[0]) {
				out = append(out, now[0].Name)
			}
			now, was = now[1:], was[1:]
		}
	}
	return out
}

func (inv *Inventory) list() []*Cluster {
	if inv == nil {
		return nil
	}
	return inv.sorted
}
