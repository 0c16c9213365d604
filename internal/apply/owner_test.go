package apply

import (
	"testing"
)

func (s *site) other(name string) *site {
	o := *s
	o.key.Name, o.key.UID = name, "uid-"+name
	o.inventory, o.saves = nil, nil
	return &o
}

func TestObjectOfAnotherApplicationIsLeftAlone(t *testing.T) {
	s := newSite(t)
	s.sync(configMap("shared", "mine"))
	o := s.other("rival")
	item := o.compare(configMap("shared", "theirs"))["ConfigMap/shared"]
	if item.Reason != ReasonOwnedByAnother {
		t.Errorf("compare: %s, want OwnedByAnother", item.Reason)
	}
	res := o.mustFail(o.request(docs(configMap("shared", "theirs"), configMap("own", "1"))))
	wantText(t, find(t, res.Items, "shared").Message, "shared", s.key.String())
	if OwnerOf(s.live("v1", "ConfigMap", "shared")) != s.key.String() {
		t.Error("taken over")
	}
	if s.live("v1", "ConfigMap", "own") == nil {
		t.Error("the rival's own object was held up")
	}

	// It is in the rival's inventory by now; neither pruning nor deleting
	// may touch it.
	o.sync(configMap("own", "1"))
	if _, err := o.engine.Delete(o.ctx, o.key, o.inventory.Union(s.inventory), DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	if s.live("v1", "ConfigMap", "shared") == nil {
		t.Error("deleted by the rival")
	}
}

// The same fleet, namespace and name under another UID takes over without a
// request that changes anything.
func TestReincarnationAdopts(t *testing.T) {
	s := newSite(t)
	s.sync(configMap("settings", "1"))
	before := s.live("v1", "ConfigMap", "settings").GetResourceVersion()
	s.key.UID = "uid-2"
	res := s.sync(configMap("settings", "1"))
	if find(t, res.Items, "settings").Changed || s.live("v1", "ConfigMap", "settings").GetResourceVersion() != before {
		t.Error("adoption rewrote the object")
	}
	if left, err := s.engine.Delete(s.ctx, s.key, s.inventory, DeleteOptions{}); err != nil || len(left) != 0 {
		t.Errorf("delete: %v, left %v", err, left)
	}
}

// What is there already and nobody's is adopted, as kubectl apply would.
func TestUnownedObjectIsAdopted(t *testing.T) {
	s := newSite(t)
	s.put(configMap("settings", "theirs"))
	s.sync(configMap("settings", "ours"))
	if OwnerOf(s.live("v1", "ConfigMap", "settings")) != s.key.String() {
		t.Error("not adopted")
	}
}
