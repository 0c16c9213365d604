package apply

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Entry is one object in an inventory.
type Entry struct {
	Ref
	// UID of the live object, once it has been seen.
	UID string `json:"uid,omitempty"`
	// Hook entries are accounted for, and deleted with their Application, but
	// neither compared nor kept as they are.
	Hook bool `json:"hook,omitempty"`
}

// Inventory lists the objects that an Application has, or may have, in a
// cluster. Sorted by reference, one entry per object (its version aside);
// build it with [NewInventory].
type Inventory []Entry

// NewInventory sorts entries and keeps one per object: of two, the later one,
// with the UID of the earlier one if it has none.
func NewInventory(entries ...Entry) Inventory {
	byID := make(map[Ref]Entry, len(entries))
	for _, e := range entries {
		if e.UID == "" {
			e.UID = byID[e.Identity()].UID
		}
		byID[e.Identity()] = e
	}
	out := make(Inventory, 0, len(byID))
	for _, e := range byID {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Entry) int { return a.Compare(b.Ref) })
	return out
}

// Union holds the objects of both; where both know one, other's version and
// UID win.
func (inv Inventory) Union(other Inventory) Inventory {
	return NewInventory(append(slices.Clone(inv), other...)...)
}

// with is Union of one entry that has a UID; it does not sort again where inv
// has the same reference already, as while a sync goes through its objects.
func (inv Inventory) with(e Entry) Inventory {
	i, found := slices.BinarySearchFunc(inv, e.Ref, func(a Entry, ref Ref) int { return a.Compare(ref) })
	if !found || inv[i].Ref != e.Ref {
		return inv.Union(Inventory{e})
	}
	out := slices.Clone(inv)
	out[i] = e
	return out
}

// Minus holds the objects of inv that other does not have.
func (inv Inventory) Minus(other Inventory) Inventory {
	drop := other.index()
	out := Inventory{}
	for _, e := range inv {
		if _, found := drop[e.Identity()]; !found {
			out = append(out, e)
		}
	}
	return out
}

// Has tells whether inv holds the object that ref points at, in any version.
func (inv Inventory) Has(ref Ref) bool {
	return slices.ContainsFunc(inv, func(e Entry) bool { return e.Identity() == ref.Identity() })
}

// Equal compares references and UIDs.
func (inv Inventory) Equal(other Inventory) bool { return slices.Equal(inv, other) }

func (inv Inventory) index() map[Ref]Entry {
	byID := make(map[Ref]Entry, len(inv))
	for _, e := range inv {
		byID[e.Identity()] = e
	}
	return byID
}

// Encode is the canonical JSON form: equal inventories give equal bytes.
func (inv Inventory) Encode() ([]byte, error) {
	data, err := json.Marshal(NewInventory(inv...))
	if err != nil {
		return nil, fmt.Errorf("encode inventory: %w", err)
	}
	return data, nil
}

// DecodeInventory reads what Encode wrote.
func DecodeInventory(data []byte) (Inventory, error) {
	var entries []Entry
	if err := json.Unmarshal(data, &entries); err != nil {
		return nil, fmt.Errorf("decode inventory: %w", err)
	}
	for _, e := range entries {
		if e.Kind == "" || e.Name == "" || e.Version == "" {
			return nil, fmt.Errorf("decode inventory: entry %q lacks version, kind or name", e.String())
		}
	}
	return NewInventory(entries...), nil
}
