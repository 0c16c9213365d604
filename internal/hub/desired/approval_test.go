package desired

import (
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// An approval on a Tombstone goes out with it, at once.
func TestAnApprovedTombstoneSaysSo(t *testing.T) {
	x := newFleet()
	ts := aTombstone(anApp("web", "1", "one", "one"), "one")
	x.SetTombstone(ts)
	changed, cancel := x.Subscribe("one")
	defer cancel()
	for _, c := range []struct {
		word string
		want bool
	}{{"", false}, {"yes", false}, {"2026-03-01T12:00:00Z", true}} {
		said := ts.DeepCopy()
		said.Annotations = map[string]string{v1alpha1.AnnotationDeletionApproved: c.word}
		x.SetTombstone(said)
		set, err := x.Set("one")
		if err != nil {
			t.Fatal(err)
		}
		if len(set.Tombstones) != 1 || set.Tombstones[0].Approved != c.want {
			t.Errorf("word %q: tombstones %v", c.word, set.Tombstones)
		}
	}
	select {
	case <-changed:
	default:
		t.Error("the session was not told")
	}
}
