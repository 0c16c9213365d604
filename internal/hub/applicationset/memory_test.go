package applicationset

import (
	"fmt"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

func key(name string) types.NamespacedName {
	return types.NamespacedName{Namespace: "argocd", Name: name}
}

func TestMemoryForgetsWhatWasLookedAtFirst(t *testing.T) {
	m := newMemory(100)
	for i := range 4 {
		m.put(key(fmt.Sprint(i)), &warm{rows: 30})
	}
	if m.size() != 90 || m.take(key("0")) != nil {
		t.Errorf("%d rows are remembered", m.size())
	}
	one := m.take(key("1"))
	m.put(key("1"), one)
	m.put(key("4"), &warm{rows: 30})
	if m.take(key("2")) != nil || m.take(key("1")) != one {
		t.Error("what was looked at last was forgotten")
	}
	m.put(key("huge"), &warm{rows: 1000})
	if m.size() != 0 || m.take(key("huge")) != nil {
		t.Errorf("%d rows are remembered, more than fit", m.size())
	}
	m.put(key("3"), &warm{rows: 1})
	m.put(key("3"), &warm{rows: 2})
	if m.size() != 2 {
		t.Errorf("%d rows after one set was put twice", m.size())
	}
}

// Only what an event names can be taken over; anything else begins anew.
func TestWhatARememberedSetIsGoodFor(t *testing.T) {
	set := aSet("s")
	now := time.Unix(1000, 0)
	w := &warm{uid: "s", due: now.Add(time.Minute)}
	for why, c := range map[string]struct {
		cause cause
		edit  func()
		fits  bool
	}{
		"a cluster":     {cause: cause{fleet: true}, fits: true},
		"an app":        {cause: cause{touched: map[string]bool{"a": true}}, fits: true},
		"a row waits":   {cause: cause{waiting: []string{"a"}}, fits: true},
		"many apps":     {cause: cause{every: true}, fits: true},
		"no event":      {},
		"the whole":     {cause: cause{fleet: true, whole: true}},
		"a refresh":     {cause: cause{fleet: true, anew: true}},
		"another spec":  {cause: cause{fleet: true}, edit: func() { set.Generation++ }},
		"another set":   {cause: cause{fleet: true}, edit: func() { set.UID = "other" }},
		"time for more": {cause: cause{fleet: true}, edit: func() { now = now.Add(time.Hour) }},
	} {
		set, now = aSet("s"), time.Unix(1000, 0)
		if c.edit != nil {
			c.edit()
		}
		if got := w.fits(set, c.cause, now); got != c.fits {
			t.Errorf("%s: %t, want %t", why, got, c.fits)
		}
	}
	if (*warm)(nil).fits(set, cause{fleet: true}, now) {
		t.Error("nothing is remembered and fits")
	}
}
