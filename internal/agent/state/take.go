package state

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/store"
)

// Take folds an answer of the hub into what is held, on disk first, all or
// nothing, and returns the keys it concerns, sorted.
func (s *State) Take(answer *deliveryv1.WatchResponse) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.meta
	if fleet := answer.GetFleetId(); fleet != "" {
		if next.Fleet != "" && next.Fleet != fleet {
			return nil, fmt.Errorf("%w: this agent's data directory belongs to fleet %s, the hub to fleet %s; "+
				"enrol with an empty data directory to join it", ErrFleet, next.Fleet, fleet)
		}
		next.Fleet = fleet
	}
	next.Highest = next.Highest.Max(delivery.PositionOf(answer.GetPosition()))
	next.HubTime = max(next.HubTime, answer.GetHubTime())
	if err := verify(answer); err != nil {
		return nil, err
	}
	resettled := answer.GetSettings() != nil && !proto.Equal(next.Settings, answer.GetSettings())
	if resettled {
		next.Settings = answer.GetSettings()
	}
	c := plan(s.held(), s.meta.Highest, answer)
	for _, why := range c.ignored {
		s.log.Info("tombstone ignored", "application", why)
	}
	if err := s.store.Batch(func(tx store.Tx) error { return c.write(tx, next) }); err != nil {
		return nil, fmt.Errorf("keep the hub's answer: %w", err)
	}
	s.meta = next
	touched := s.fold(c)
	if resettled { // they concern every Application
		touched = slices.Sorted(maps.Keys(s.apps))
	}
	return touched, nil
}

// held is what plan looks at; the lock is held.
func (s *State) held() map[string]held {
	out := make(map[string]held, len(s.apps))
	for key, a := range s.apps {
		out[key] = held{uid: a.UID(), orphaned: a.Orphaned}
	}
	return out
}

// verify recomputes the digests, so that a bundle is never acted upon in part.
func verify(answer *deliveryv1.WatchResponse) error {
	bundles := answer.GetFull().GetApplications()
	if answer.GetDelta() != nil {
		bundles = answer.GetDelta().GetUpserts()
	}
	for _, b := range bundles {
		if !bytes.Equal(delivery.BundleDigest(b), b.GetDigest()) {
			return fmt.Errorf("application %s/%s: what the hub sent does not have the digest that it claims", b.GetNamespace(), b.GetName())
		}
	}
	return nil
}

// write puts the changes into one transaction.
func (c changes) write(tx store.Tx, m meta) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := tx.Put(bucketMeta, metaKey, raw); err != nil {
		return err
	}
	for _, b := range c.upserts {
		key := delivery.Key(b.GetNamespace(), b.GetName())
		raw, err := proto.Marshal(b)
		if err != nil {
			return err
		}
		if err := tx.Put(bucketBundles, key, raw); err != nil {
			return err
		}
		if err := tx.Delete(bucketOrphans, key); err != nil {
			return err
		}
		if err := tx.Delete(bucketTombstones, key); err != nil {
			return err
		}
	}
	for _, key := range c.orphaned {
		if err := tx.Put(bucketOrphans, key, []byte("{}")); err != nil {
			return err
		}
	}
	for key, t := range c.tombstones {
		raw, err := json.Marshal(t)
		if err != nil {
			return err
		}
		if err := tx.Put(bucketTombstones, key, raw); err != nil {
			return err
		}
	}
	return nil
}

// fold brings the changes to memory; the lock is held.
func (s *State) fold(c changes) []string {
	touched := map[string]bool{}
	for _, b := range c.upserts {
		key := delivery.Key(b.GetNamespace(), b.GetName())
		a := s.app(key)
		if last := a.UID(); last != "" && last != b.GetUid() {
			s.log.Info("application came back under another UID; its objects are adopted", "application", key, "was", last, "is", b.GetUid())
		}
		a.Bundle, a.Orphaned, a.Tombstone = b, false, nil
		touched[key] = true
	}
	for _, key := range c.orphaned {
		s.app(key).Orphaned = true
		touched[key] = true
	}
	for key, t := range c.tombstones {
		s.app(key).Tombstone = &t
		touched[key] = true
	}
	return slices.Sorted(maps.Keys(touched))
}
