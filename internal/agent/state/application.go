package state

import (
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Application is all that is held about one key. Readers get a copy whose
// pointers they must not write through.
type Application struct {
	// Bundle as the hub gave it; nil where only an inventory is known.
	Bundle *deliveryv1.Bundle
	// Orphaned: no longer in the hub's set, without a tombstone.
	Orphaned bool
	// Tombstone to carry out; nil if there is none.
	Tombstone *Tombstone
	// Inventory of objects in the cluster.
	Inventory apply.Inventory
	// Memory of the last reconcile.
	Memory Memory
}

// Tombstone is an order to end an Application.
type Tombstone struct {
	UID string `json:"uid"`
	// Delete the objects; else release them.
	Delete bool `json:"delete"`
	// Approved: a person has approved the removal of what asks for it
	// (Delete=confirm).
	Approved bool `json:"approved,omitempty"`
}

// UID of the Application held, "" if none is known.
func (a Application) UID() string { return a.Bundle.GetUid() }
