package state

import (
	"fmt"
	"maps"
	"slices"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// held is what plan needs to know of one key.
type held struct {
	uid      string
	orphaned bool
}

// changes is what an answer means for what is held.
type changes struct {
	upserts    []*deliveryv1.Bundle
	orphaned   []string
	tombstones map[string]Tombstone
	// ignored tombstones, with the reason, for the log.
	ignored []string
}

// plan reads an answer. It is pure, and it never turns absence into a deletion:
// what a full answer lacks is orphaned.
func plan(have map[string]held, highest delivery.Position, answer *deliveryv1.WatchResponse) changes {
	c := changes{tombstones: map[string]Tombstone{}}
	var tombstones []*deliveryv1.Tombstone
	switch {
	case answer.GetFull() != nil:
		c.upserts = answer.GetFull().GetApplications()
		tombstones = answer.GetFull().GetTombstones()
	case answer.GetDelta() != nil:
		c.upserts = answer.GetDelta().GetUpserts()
		tombstones = answer.GetDelta().GetTombstones()
	default:
		return c
	}
	desired := map[string]bool{}
	for _, b := range c.upserts {
		desired[delivery.Key(b.GetNamespace(), b.GetName())] = true
	}
	position := delivery.PositionOf(answer.GetPosition())
	for _, t := range tombstones {
		key := delivery.Key(t.GetNamespace(), t.GetName())
		if why := refuse(t, have[key], desired[key], position, highest); why != "" {
			c.ignored = append(c.ignored, fmt.Sprintf("%s: %s", key, why))
			continue
		}
		c.tombstones[key] = Tombstone{
			UID: t.GetUid(), Delete: t.GetAction() == deliveryv1.Tombstone_ACTION_DELETE, Approved: t.GetApproved(),
		}
	}
	c.orphaned = orphans(have, desired, c.tombstones, answer)
	return c
}

// refuse says why a tombstone does not count; "" if it does. One for a key
// that is not held counts: there may be an inventory, or it wants an answer.
func refuse(t *deliveryv1.Tombstone, h held, desired bool, position, highest delivery.Position) string {
	switch {
	case desired:
		return "the application is in the same answer"
	case t.GetAction() == deliveryv1.Tombstone_ACTION_UNSPECIFIED:
		return "its action is unknown to this agent"
	case t.GetEpoch() != position.Epoch:
		return fmt.Sprintf("issued in epoch %d, the hub is in epoch %d", t.GetEpoch(), position.Epoch)
	case position.Epoch < highest.Epoch:
		return fmt.Sprintf("the hub is in epoch %d, this agent has seen epoch %d", position.Epoch, highest.Epoch)
	case h.uid != "" && h.uid != t.GetUid():
		return fmt.Sprintf("issued for UID %s, held under UID %s", t.GetUid(), h.uid)
	}
	return ""
}

// orphans are the keys that have left the set without a tombstone, sorted.
func orphans(have map[string]held, desired map[string]bool, ended map[string]Tombstone, answer *deliveryv1.WatchResponse) []string {
	candidates := answer.GetDelta().GetOrphaned()
	if answer.GetFull() != nil {
		candidates = slices.Collect(maps.Keys(have))
	}
	var out []string
	for _, key := range candidates {
		_, end := ended[key]
		if h, found := have[key]; found && !h.orphaned && !desired[key] && !end {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}
