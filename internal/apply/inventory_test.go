package apply

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func entry(version, kind, name, uid string) Entry {
	return Entry{Ref: Ref{Version: version, Kind: kind, Namespace: "web", Name: name}, UID: uid}
}

func TestInventory(t *testing.T) {
	a, b, c := entry("v1", "ConfigMap", "a", "1"), entry("v1", "ConfigMap", "b", ""), entry("v1", "Secret", "a", "3")
	inv := NewInventory(c, b, a)
	if diff := cmp.Diff(Inventory{a, b, c}, inv); diff != "" {
		t.Errorf("not sorted (-want +got):\n%s", diff)
	}
	a2 := entry("v2", "ConfigMap", "a", "")
	union := inv.Union(Inventory{a2})
	if diff := cmp.Diff(Inventory{entry("v2", "ConfigMap", "a", "1"), b, c}, union); diff != "" {
		t.Errorf("union keeps one entry per object, the newer version and the known UID (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Inventory{b, c}, inv.Minus(Inventory{a2})); diff != "" {
		t.Errorf("minus goes by object, not by version (-want +got):\n%s", diff)
	}
	one, err := NewInventory(c, a, b).Encode()
	if err != nil {
		t.Fatal(err)
	}
	two, _ := Inventory{b, a, c}.Encode()
	if string(one) != string(two) {
		t.Errorf("encoding is not canonical: %s, %s", one, two)
	}
	back, err := DecodeInventory(one)
	if err != nil || !back.Equal(inv) {
		t.Errorf("decoded %v, %v", back, err)
	}
	for _, bad := range []string{"", "{", `[{"kind":"ConfigMap"}]`} {
		if _, err := DecodeInventory([]byte(bad)); err == nil {
			t.Errorf("decoding %q: no error", bad)
		}
	}
}

func TestKey(t *testing.T) {
	k := Key{Fleet: "f", Namespace: "argocd", Name: "web"}
	if back, err := ParseKey(k.String()); err != nil || back != k {
		t.Errorf("parsed %v, %v", back, err)
	}
	if n := len(k.Hash()); n > 63 {
		t.Errorf("label value has %d characters", n)
	}
	if (Key{Fleet: "f", Namespace: "a", Name: "b"}).Hash() == (Key{Fleet: "f", Namespace: "a", Name: "c"}).Hash() {
		t.Error("two applications, one hash")
	}
	if _, err := ParseKey("a/b"); err == nil {
		t.Error("parsed a/b")
	}
}

func large(n int) Inventory {
	var entries []Entry
	for i := range n {
		entries = append(entries, entry("v1", "ConfigMap", fmt.Sprintf("object-%d", i*7919), fmt.Sprintf("%x", i*104729)))
	}
	return NewInventory(entries...)
}

func TestInventorySecrets(t *testing.T) {
	s := newSite(t)
	store := NewInventoryStore(s.engine.Client(), s.namespace)
	store.chunk = 1024
	if _, found, err := store.Load(s.ctx, s.key); found || err != nil {
		t.Fatalf("load of nothing: %v %v", found, err)
	}
	for _, n := range []int{300, 500, 3, 0} {
		want := large(n)
		if err := store.Save(s.ctx, s.key, want); err != nil {
			t.Fatal(err)
		}
		got, found, err := store.Load(s.ctx, s.key)
		if err != nil || !found || !got.Equal(want) {
			t.Fatalf("load of %d entries: %d, %v, %v", n, len(got), found, err)
		}
	}
	left, err := store.client.List(s.ctx, listAll)
	if err != nil || len(left.Items) != 1 {
		t.Errorf("%d secrets are left for an empty inventory, want 1 (%v)", len(left.Items), err)
	}

	other := Key{Fleet: "test", Namespace: "argocd", Name: "other", UID: "uid-9"}
	if err := store.Save(s.ctx, other, large(400)); err != nil {
		t.Fatal(err)
	}
	all, err := store.List(s.ctx)
	if err != nil || len(all) != 2 {
		t.Fatalf("list: %d inventories, %v", len(all), err)
	}
	for _, stored := range all {
		if stored.Key == other && len(stored.Inventory) != 400 {
			t.Errorf("listed %d entries, want 400", len(stored.Inventory))
		}
	}

	for _, key := range []Key{s.key, other} {
		if err := store.Delete(s.ctx, key); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := store.client.List(s.ctx, listAll); err != nil || len(left.Items) != 0 {
		t.Errorf("%d secrets are left, %v", len(left.Items), err)
	}
}

// A Secret that somebody changed is reported, never taken for an inventory.
func TestDamagedInventorySecret(t *testing.T) {
	s := newSite(t)
	store := NewInventoryStore(s.engine.Client(), s.namespace)
	if err := store.Save(s.ctx, s.key, large(10)); err != nil {
		t.Fatal(err)
	}
	packed, _, err := pack(large(9))
	if err != nil {
		t.Fatal(err)
	}
	_, digest, _ := pack(large(10))
	bad := store.secret(s.key, 0, 1, digest, packed)
	if _, err := store.client.Apply(s.ctx, bad.GetName(), bad, forced); err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Load(s.ctx, s.key); err == nil {
		t.Error("loaded a damaged inventory")
	} else {
		wantText(t, err.Error(), bad.GetName(), "damaged")
	}
	if _, err := store.List(s.ctx); err == nil {
		t.Error("listed a damaged inventory without an error")
	}
}

// A sync notes the UID of one object after the other: that must not cost a
// whole inventory in map and sort each time, nor touch what was saved.
func TestNotingAUIDIsUnionWithoutSorting(t *testing.T) {
	var entries []Entry
	for i := range 500 {
		entries = append(entries, entry("v1", "ConfigMap", fmt.Sprintf("c-%03d", i), ""))
	}
	inv := NewInventory(entries...)
	saved := inv
	for _, e := range []Entry{entry("v1", "ConfigMap", "c-250", "1"), entry("v2", "ConfigMap", "c-250", "2"), entry("v1", "Secret", "new", "3")} {
		want, got := inv.Union(Inventory{e}), inv.with(e)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-union +got):\n%s", e, diff)
		}
	}
	if !saved.Equal(NewInventory(entries...)) {
		t.Error("the inventory that it was made of has changed")
	}
	one := entry("v1", "ConfigMap", "c-250", "1")
	if n := testing.AllocsPerRun(10, func() { inv.with(one) }); n > 1 {
		t.Errorf("%g allocations, want the one of the copy", n)
	}
}
