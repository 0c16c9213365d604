package state

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/store"
)

// open a state on a file; closed at cleanup, or by the returned function.
func open(t *testing.T, path string) (*State, func()) {
	t.Helper()
	file, err := store.Open(path, store.Options{Buckets: Buckets(), Logger: logr.Discard()})
	if err != nil {
		t.Fatal(err)
	}
	done := func() {
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}
	s, err := Open(file, logr.Discard())
	if err != nil {
		t.Fatal(err)
	}
	return s, done
}

func take(t *testing.T, s *State, answer *deliveryv1.WatchResponse) []string {
	t.Helper()
	answer.FleetId = "fleet"
	keys, err := s.Take(answer)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestStateSurvivesARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agent.db")
	s, done := open(t, path)
	take(t, s, full(3, &deliveryv1.Full{Applications: []*deliveryv1.Bundle{bundle("a", "1"), bundle("b", "2"), bundle("c", "3")}}))
	take(t, s, delta(3, &deliveryv1.Delta{Orphaned: []string{"argocd/b"}, Tombstones: []*deliveryv1.Tombstone{tombstone("c", "3", 3)}}))
	settled := delta(3, &deliveryv1.Delta{})
	settled.Settings = &deliveryv1.Settings{Cluster: "edge", HealthRules: map[string]string{"apps_Deployment": "rule"}}
	if touched := take(t, s, settled); len(touched) != 3 {
		t.Errorf("settings touch %v, want every application", touched)
	}
	if touched := take(t, s, settled); len(touched) != 0 {
		t.Errorf("the same settings touch %v", touched)
	}
	inv := apply.NewInventory(apply.Entry{Ref: apply.Ref{Version: "v1", Kind: "ConfigMap", Namespace: "n", Name: "x"}})
	objs := []*unstructured.Unstructured{{Object: map[string]any{"kind": "ConfigMap", "n": int64(3)}}}
	if err := errors.Join(
		s.SaveInventory("argocd/a", inv),
		s.SaveMemory("argocd/a", Memory{OperationID: "7"}),
		s.SaveRender("argocd/a", "target", objs),
	); err != nil {
		t.Fatal(err)
	}
	want := s.Have()
	done()

	s, done = open(t, path)
	defer done()
	if diff := cmp.Diff(want, s.Have()); diff != "" {
		t.Errorf("have (-before +after):\n%s", diff)
	}
	if len(want.Digests) != 1 || want.Highest.Epoch != 3 || s.Fleet() != "fleet" {
		t.Errorf("have %v of fleet %q, want a alone, at epoch 3", want, s.Fleet())
	}
	if !proto.Equal(s.Settings(), settled.Settings) {
		t.Errorf("settings = %v", s.Settings())
	}
	a, _ := s.Application("argocd/a")
	b, _ := s.Application("argocd/b")
	c, _ := s.Application("argocd/c")
	if a.UID() != "1" || a.Memory.OperationID != "7" || !a.Inventory.Equal(inv) || !b.Orphaned || c.Tombstone == nil {
		t.Errorf("a = %+v\nb = %+v\nc = %+v", a, b, c)
	}
	got, found, err := s.Render("argocd/a", "target")
	if err != nil || !found || !cmp.Equal(got[0].Object, objs[0].Object) {
		t.Errorf("render = %v, %v, %v", got, found, err)
	}
	if _, found, _ := s.Render("argocd/a", "other"); found {
		t.Error("a render is given for another target")
	}
}

func TestNewUIDAdoptsAndWithdraws(t *testing.T) {
	s, done := open(t, filepath.Join(t.TempDir(), "agent.db"))
	defer done()
	take(t, s, full(1, &deliveryv1.Full{Applications: []*deliveryv1.Bundle{bundle("a", "1")}}))
	inv := apply.NewInventory(apply.Entry{Ref: apply.Ref{Version: "v1", Kind: "ConfigMap", Name: "x"}})
	if err := s.SaveInventory("argocd/a", inv); err != nil {
		t.Fatal(err)
	}
	take(t, s, delta(1, &deliveryv1.Delta{Tombstones: []*deliveryv1.Tombstone{tombstone("a", "1", 1)}}))
	take(t, s, delta(1, &deliveryv1.Delta{Upserts: []*deliveryv1.Bundle{bundle("a", "2")}}))
	a, _ := s.Application("argocd/a")
	if a.UID() != "2" || a.Tombstone != nil || !a.Inventory.Equal(inv) {
		t.Errorf("got %+v, want the new UID, no tombstone and the old inventory", a)
	}
}

func TestForgetKeepsTheTombstoneUntilAcknowledged(t *testing.T) {
	s, done := open(t, filepath.Join(t.TempDir(), "agent.db"))
	defer done()
	take(t, s, full(1, &deliveryv1.Full{Tombstones: []*deliveryv1.Tombstone{tombstone("a", "1", 1)}}))
	if err := s.Forget("argocd/a", "1"); err != nil {
		t.Fatal(err)
	}
	if a, found := s.Application("argocd/a"); !found || a.Tombstone == nil {
		t.Fatal("the tombstone is gone before its acknowledgement")
	}
	if err := s.ForgetTombstone("argocd/a", "other"); err != nil {
		t.Fatal(err)
	}
	if err := s.ForgetTombstone("argocd/a", "1"); err != nil {
		t.Fatal(err)
	}
	if len(s.Keys()) != 0 {
		t.Errorf("still holds %v", s.Keys())
	}
}

func TestForgetSparesWhatCameBack(t *testing.T) {
	s, done := open(t, filepath.Join(t.TempDir(), "agent.db"))
	defer done()
	take(t, s, full(1, &deliveryv1.Full{Applications: []*deliveryv1.Bundle{bundle("a", "1")}}))
	take(t, s, delta(1, &deliveryv1.Delta{Tombstones: []*deliveryv1.Tombstone{tombstone("a", "1", 1)}}))
	take(t, s, delta(1, &deliveryv1.Delta{Upserts: []*deliveryv1.Bundle{bundle("a", "2")}}))
	if err := s.Forget("argocd/a", "1"); err != nil {
		t.Fatal(err)
	}
	if a, _ := s.Application("argocd/a"); a.UID() != "2" {
		t.Errorf("holds UID %q, want 2", a.UID())
	}
}

func TestTakeRefuses(t *testing.T) {
	s, done := open(t, filepath.Join(t.TempDir(), "agent.db"))
	defer done()
	take(t, s, full(1, &deliveryv1.Full{}))
	other := full(1, &deliveryv1.Full{})
	other.FleetId = "other"
	if _, err := s.Take(other); !errors.Is(err, ErrFleet) {
		t.Errorf("another fleet: %v", err)
	}
	forged := bundle("a", "1")
	forged.Uid = "2"
	if _, err := s.Take(full(1, &deliveryv1.Full{Applications: []*deliveryv1.Bundle{forged}})); err == nil {
		t.Error("a bundle that does not have its digest was taken")
	}
	if len(s.Keys()) != 0 {
		t.Errorf("holds %v", s.Keys())
	}
}
