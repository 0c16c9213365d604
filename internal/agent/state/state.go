package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/go-logr/logr"
	"google.golang.org/protobuf/proto"

	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/store"
)

// Buckets of the store. The key is the Application's, "namespace/name", but in
// bucketMeta, which has the single key metaKey.
const (
	bucketMeta       = "meta"
	bucketBundles    = "bundles"
	bucketOrphans    = "orphans"
	bucketTombstones = "tombstones"
	bucketInventory  = "inventories"
	bucketMemory     = "memory"
	bucketRenders    = "renders"

	metaKey = "agent"
)

// Buckets lists what Open expects of the store.
func Buckets() []string {
	return []string{bucketMeta, bucketBundles, bucketOrphans, bucketTombstones, bucketInventory, bucketMemory, bucketRenders}
}

// meta is about the agent as a whole.
type meta struct {
	Fleet   string            `json:"fleet,omitempty"`
	Highest delivery.Position `json:"highest"`
	// HubTime in seconds since 1970, the latest seen.
	HubTime int64 `json:"hubTime,omitempty"`
	// Settings of the cluster as the hub last told them; nil before it did.
	Settings *deliveryv1.Settings `json:"settings,omitempty"`
}

// State is an agent's knowledge, in memory and on disk. Safe for concurrent
// use.
type State struct {
	store *store.Store
	log   logr.Logger

	mu   sync.Mutex
	meta meta
	apps map[string]*Application
}

// Open reads what the store holds. Values that are damaged are absent.
func Open(s *store.Store, log logr.Logger) (*State, error) {
	st := &State{store: s, log: log, apps: map[string]*Application{}}
	if raw, found, err := s.Get(bucketMeta, metaKey); err != nil {
		return nil, fmt.Errorf("read agent state: %w", err)
	} else if found {
		if err := json.Unmarshal(raw, &st.meta); err != nil {
			return nil, fmt.Errorf("read agent state: %w", err)
		}
	}
	for _, read := range []struct {
		bucket string
		into   func(a *Application, raw []byte) error
	}{
		{bucketBundles, func(a *Application, raw []byte) error {
			a.Bundle = &deliveryv1.Bundle{}
			return proto.Unmarshal(raw, a.Bundle)
		}},
		{bucketOrphans, func(a *Application, _ []byte) error { a.Orphaned = true; return nil }},
		{bucketTombstones, func(a *Application, raw []byte) error { return json.Unmarshal(raw, &a.Tombstone) }},
		{bucketInventory, func(a *Application, raw []byte) (err error) {
			a.Inventory, err = apply.DecodeInventory(raw)
			return err
		}},
		{bucketMemory, func(a *Application, raw []byte) error { return json.Unmarshal(raw, &a.Memory) }},
	} {
		err := s.ForEach(read.bucket, func(key string, raw []byte) error {
			if err := read.into(st.app(key), raw); err != nil {
				log.Error(err, "a stored value cannot be read and is left out", "bucket", read.bucket, "key", key)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read agent state: %w", err)
		}
	}
	return st, nil
}

// app is the entry of a key, made if need be; the lock is held.
func (s *State) app(key string) *Application {
	if s.apps[key] == nil {
		s.apps[key] = &Application{}
	}
	return s.apps[key]
}

// Keys of everything held, sorted.
func (s *State) Keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.apps))
}

// Application held under a key.
func (s *State) Application(key string) (Application, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.apps[key]; a != nil {
		return *a, true
	}
	return Application{}, false
}

// Fleet is the ID of the fleet that the agent belongs to; "" before its first
// contact.
func (s *State) Fleet() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.meta.Fleet
}

// Highest position ever seen.
func (s *State) Highest() delivery.Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.meta.Highest
}

// HubTime is the latest time that a hub told, in seconds since 1970; 0 if none.
func (s *State) HubTime() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.meta.HubTime
}

// Settings of the cluster as the hub last told them; nil before it did. They
// are read only.
func (s *State) Settings() *deliveryv1.Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.meta.Settings
}

// Have is what the hub is told: bundles that are neither orphaned nor ended.
func (s *State) Have() delivery.Have {
	s.mu.Lock()
	defer s.mu.Unlock()
	digests := map[string][]byte{}
	for key, a := range s.apps {
		if a.Bundle != nil && !a.Orphaned && a.Tombstone == nil {
			digests[key] = a.Bundle.GetDigest()
		}
	}
	return delivery.Have{Highest: s.meta.Highest, Digests: digests}
}

// ErrFleet is returned for an answer of another fleet's hub.
var ErrFleet = errors.New("the hub is another fleet's")
