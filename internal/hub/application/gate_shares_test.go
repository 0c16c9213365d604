package application

import (
	"fmt"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
)

// looks counts how often a judgement of so many deleted sets of three asks for
// an Application's scope.
func looks(sets int) int {
	w := newTown()
	b := book{Sets: map[types.UID]deletedSet{}}
	for i := range sets {
		name := fmt.Sprintf("s%d", i)
		w.many(name, 3, ofSet(name), ofProject("of-"+name), deleted)
		b.Sets[types.UID(name)] = goneSet
	}
	c := newCourt(w.world, guard.Default(), b)
	n := 0
	left := w.apps
	for _, by := range c.scales() {
		of := by.of
		by.of = func(app *v1alpha1.Application) string { n++; return of(app) }
		left = c.weigh(left, by)
	}
	return n
}

func TestAJudgementIsProportionalToTheFleet(t *testing.T) {
	few, many := looks(20), looks(200)
	if few == 0 || many > 10*few {
		t.Errorf("twenty sets take %d looks, ten times as many take %d", few, many)
	}
}
