package state

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/store"
)

// SaveInventory keeps the inventory of an Application. Memory follows even if
// the disk does not: an account in memory is better than an old one.
func (s *State) SaveInventory(key string, inv apply.Inventory) error {
	s.mu.Lock()
	s.app(key).Inventory = inv
	s.mu.Unlock()
	raw, err := inv.Encode()
	if err != nil {
		return err
	}
	if err := s.store.Put(bucketInventory, key, raw); err != nil {
		return fmt.Errorf("keep inventory of %s: %w", key, err)
	}
	return nil
}

// SaveMemory keeps what is remembered of an Application; nothing is written
// when it is what is on disk already.
func (s *State) SaveMemory(key string, m Memory) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("keep memory of %s: %w", key, err)
	}
	s.mu.Lock()
	a := s.app(key)
	last, _ := json.Marshal(a.Memory) // it was marshalled when it was saved
	a.Memory = m
	s.mu.Unlock()
	if bytes.Equal(raw, last) {
		return nil
	}
	if err := s.store.Put(bucketMemory, key, raw); err != nil {
		return fmt.Errorf("keep memory of %s: %w", key, err)
	}
	return nil
}

// render is the stored form of rendered objects.
type render struct {
	Target  string            `json:"target"`
	Objects []json.RawMessage `json:"objects"`
}

// SaveRender keeps the objects of a target: one per Application, the last good
// one.
func (s *State) SaveRender(key, target string, objs []*unstructured.Unstructured) error {
	r := render{Target: target, Objects: make([]json.RawMessage, len(objs))}
	for i, obj := range objs {
		raw, err := obj.MarshalJSON()
		if err != nil {
			return fmt.Errorf("keep render of %s: %w", key, err)
		}
		r.Objects[i] = raw
	}
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	if err := json.NewEncoder(zip).Encode(r); err != nil {
		return fmt.Errorf("keep render of %s: %w", key, err)
	}
	if err := zip.Close(); err != nil {
		return fmt.Errorf("keep render of %s: %w", key, err)
	}
	if err := s.store.Put(bucketRenders, key, packed.Bytes()); err != nil {
		return fmt.Errorf("keep render of %s: %w", key, err)
	}
	return nil
}

// Render gives the objects of a target; false if they are not held.
func (s *State) Render(key, target string) ([]*unstructured.Unstructured, bool, error) {
	packed, found, err := s.store.Get(bucketRenders, key)
	if err != nil || !found {
		return nil, false, err
	}
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, false, fmt.Errorf("read render of %s: %w", key, err)
	}
	raw, err := io.ReadAll(zip)
	if err != nil {
		return nil, false, fmt.Errorf("read render of %s: %w", key, err)
	}
	var r render
	if err := json.Unmarshal(raw, &r); err != nil || r.Target != target {
		return nil, false, err
	}
	objs := make([]*unstructured.Unstructured, len(r.Objects))
	for i, raw := range r.Objects {
		objs[i] = &unstructured.Unstructured{}
		if err := utiljson.Unmarshal(raw, &objs[i].Object); err != nil {
			return nil, false, fmt.Errorf("read render of %s: %w", key, err)
		}
	}
	return objs, true, nil
}

// Forget an Application after its tombstone, of this UID, was carried out. The
// tombstone itself stays until the hub has taken the acknowledgement: see
// ForgetTombstone. If the hub has withdrawn the tombstone meanwhile, only what
// was known of the objects is forgotten, and the Application stays.
func (s *State) Forget(key, uid string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.app(key)
	ended := a.Tombstone != nil && a.Tombstone.UID == uid
	buckets := []string{bucketInventory, bucketMemory, bucketRenders}
	if ended {
		buckets = append(buckets, bucketBundles, bucketOrphans)
	}
	err := s.store.Batch(func(tx store.Tx) error {
		for _, bucket := range buckets {
			if err := tx.Delete(bucket, key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget %s: %w", key, err)
	}
	next := Application{Bundle: a.Bundle, Orphaned: a.Orphaned, Tombstone: a.Tombstone}
	if ended {
		next.Bundle, next.Orphaned = nil, false
	}
	s.apps[key] = &next
	return nil
}

// ForgetTombstone after the hub has taken its acknowledgement; only if it is
// still the one for that UID.
func (s *State) ForgetTombstone(key, uid string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.apps[key]
	if a == nil || a.Tombstone == nil || a.Tombstone.UID != uid {
		return nil
	}
	if err := s.store.Delete(bucketTombstones, key); err != nil {
		return fmt.Errorf("forget tombstone of %s: %w", key, err)
	}
	a.Tombstone = nil
	if a.Bundle == nil && len(a.Inventory) == 0 {
		delete(s.apps, key)
	}
	return nil
}

// Adopt an inventory found in the cluster for a key that the store knows none
// of.
func (s *State) Adopt(key string, inv apply.Inventory) error {
	if a, _ := s.Application(key); len(a.Inventory) > 0 {
		return nil
	}
	return s.SaveInventory(key, inv)
}
