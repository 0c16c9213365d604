package outlook

import (
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub/applicationset/wake"
)

func aSet(uid types.UID) *v1alpha1.ApplicationSet {
	return &v1alpha1.ApplicationSet{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: "set", UID: uid}}
}

func key(name string) types.NamespacedName {
	return types.NamespacedName{Namespace: "argocd", Name: name}
}

func TestMemoryForgetsWhatWasLookedAtFirst(t *testing.T) {
	m := NewMemory(100)
	for i := range 4 {
		m.Put(key(fmt.Sprint(i)), &Warm{rows: 30})
	}
	if m.size() != 90 || m.Take(key("0")) != nil {
		t.Errorf("%d rows are remembered", m.size())
	}
	one := m.Take(key("1"))
	m.Put(key("1"), one)
	m.Put(key("4"), &Warm{rows: 30})
	if m.Take(key("2")) != nil || m.Take(key("1")) != one {
		t.Error("what was looked at last was forgotten")
	}
	m.Put(key("huge"), &Warm{rows: 1000})
	if m.size() != 0 || m.Take(key("huge")) != nil {
		t.Errorf("%d rows are remembered, more than fit", m.size())
	}
	m.Put(key("3"), &Warm{rows: 1})
	m.Put(key("3"), &Warm{rows: 2})
	if m.size() != 2 {
		t.Errorf("%d rows after one set was put twice", m.size())
	}
}

// Only what an event names can be taken over; anything else begins anew.
func TestWhatARememberedSetIsGoodFor(t *testing.T) {
	set := aSet("s")
	now := time.Unix(1000, 0)
	w := &Warm{uid: "s", Due: now.Add(time.Minute)}
	for why, c := range map[string]struct {
		cause wake.Cause
		edit  func()
		fits  bool
	}{
		"a cluster":     {cause: wake.Cause{Fleet: true}, fits: true},
		"an app":        {cause: wake.Cause{Touched: map[string]bool{"a": true}}, fits: true},
		"a row waits":   {cause: wake.Cause{Waiting: []string{"a"}}, fits: true},
		"many apps":     {cause: wake.Cause{Every: true}, fits: true},
		"no event":      {},
		"the whole":     {cause: wake.Cause{Fleet: true, Whole: true}},
		"a refresh":     {cause: wake.Cause{Fleet: true, Anew: true}},
		"another spec":  {cause: wake.Cause{Fleet: true}, edit: func() { set.Generation++ }},
		"another set":   {cause: wake.Cause{Fleet: true}, edit: func() { set.UID = "other" }},
		"time for more": {cause: wake.Cause{Fleet: true}, edit: func() { now = now.Add(time.Hour) }},
	} {
		set, now = aSet("s"), time.Unix(1000, 0)
		if c.edit != nil {
			c.edit()
		}
		if got := w.fits(set, c.cause, now); got != c.fits {
			t.Errorf("%s: %t, want %t", why, got, c.fits)
		}
	}
	if (*Warm)(nil).fits(set, wake.Cause{Fleet: true}, now) {
		t.Error("nothing is remembered and fits")
	}
}
