package application

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// goneSet is a set of namespace argocd that was deleted at noon.
var goneSet = deletedSet{Name: "argocd/gone", At: noon}

// setNamed is the set of namespace argocd that ofSet makes the owner.
func setNamed(name string) setID { return setID{"argocd", types.UID(name)} }

// town builds a world of Applications that have been running for a day.
type town struct{ world }

func newTown() *town {
	return &town{newWorld(noon)}
}

func (w *town) add(name string, edit ...func(*v1alpha1.Application)) *v1alpha1.Application {
	app := anApplication(append([]func(*v1alpha1.Application){deliveredAt("one"), func(a *v1alpha1.Application) {
		a.Name, a.UID, a.Generation = name, types.UID(name), 1
		a.Finalizers = []string{v1alpha1.ResourcesFinalizerName, fleet.Finalizer}
		a.CreationTimestamp = metav1.NewTime(noon.Add(-24 * time.Hour))
	}}, edit...)...)
	w.apps = append(w.apps, app)
	w.exists[app.UID] = true
	w.waiting[app.UID] = !app.DeletionTimestamp.IsZero()
	return app
}

// many adds n Applications of a prefix.
func (w *town) many(prefix string, n int, edit ...func(*v1alpha1.Application)) {
	for i := range n {
		w.add(fmt.Sprintf("%s-%02d", prefix, i), edit...)
	}
}

func deleted(a *v1alpha1.Application) {
	a.DeletionTimestamp, a.Generation = &metav1.Time{Time: noon}, a.Generation+1
}

func inTeam(a *v1alpha1.Application) { a.Namespace = "team" }

func ofProject(name string) func(*v1alpha1.Application) {
	return func(a *v1alpha1.Application) { a.Spec.Project = name }
}

func ofSet(name string) func(*v1alpha1.Application) {
	return func(a *v1alpha1.Application) {
		yes := true
		a.OwnerReferences = []metav1.OwnerReference{{
			APIVersion: v1alpha1.SchemeGroupVersion.String(), Kind: v1alpha1.ApplicationSetKind, Name: name, UID: types.UID(name), Controller: &yes,
		}}
	}
}

func causedBy(cause v1alpha1.DeletionCause) func(*v1alpha1.Application) {
	return func(a *v1alpha1.Application) {
		a.Annotations = map[string]string{v1alpha1.AnnotationDeletionCause: guard.FormatCause(a, cause)}
	}
}

func (w *town) judge(b book) *court {
	c := newCourt(w.world, guard.Default(), b)
	c.sit()
	return c
}

// heldOf counts the held and the passed whose names have a prefix.
func (c *court) of(prefix string) (held, passed int) {
	for uid, r := range c.rulings {
		switch {
		case !strings.HasPrefix(string(uid), prefix):
		case r.pass:
			passed++
		default:
			held++
		}
	}
	return held, passed
}

func TestTheGate(t *testing.T) {
	for name, tc := range map[string]struct {
		build func(*town)
		book  book
		held  map[string]int // by prefix; what else waits must pass
		why   string
	}{
		"one application":         {build: func(w *town) { w.many("rest", 20); w.add("x", deleted) }},
		"all of a fleet of three": {build: func(w *town) { w.many("x", 3, deleted) }},
		"all of a fleet of five":  {build: func(w *town) { w.many("x", 5, deleted) }},
		"all of a fleet of six": {
			build: func(w *town) { w.many("x", 6, deleted) }, held: map[string]int{"x": 6}, why: "project default",
		},
		"two small sets at once": {
			build: func(w *town) { w.many("x", 3, ofSet("s"), deleted); w.many("y", 3, ofSet("u"), deleted) },
			book:  book{Sets: map[types.UID]deletedSet{"s": goneSet, "u": goneSet}},
		},
		"the small sets of a namespace": {
			build: func(w *town) {
				w.many("x", 3, ofSet("s"), deleted)
				w.many("y", 3, ofSet("u"), deleted)
				w.ending["argocd"] = true
			},
			book: book{Sets: map[types.UID]deletedSet{"s": goneSet, "u": goneSet}},
			held: map[string]int{"x": 3, "y": 3}, why: "project default",
		},
		"six of a project, and two of another": {
			build: func(w *town) {
				w.many("rest", 40, ofProject("a"))
				w.many("x", 6, ofProject("a"), deleted)
				w.many("rest-b", 40, ofProject("b"))
				w.many("y", 2, ofProject("b"), deleted)
			},
			held: map[string]int{"x": 6}, why: "project a",
		},
		"five of each of two projects are too many for the fleet": {
			build: func(w *town) {
				w.many("rest-a", 10, ofProject("a"))
				w.many("rest-b", 10, ofProject("b"))
				w.many("xa", 5, ofProject("a"), deleted)
				w.many("xb", 5, ofProject("b"), deleted)
			},
			held: map[string]int{"xa": 5, "xb": 5}, why: "the fleet",
		},
		"a set of three whose deletion was seen": {
			build: func(w *town) { w.many("rest", 20); w.many("x", 3, ofSet("s"), deleted) },
			book:  book{Sets: map[types.UID]deletedSet{"s": goneSet}},
		},
		"a set of four whose deletion was seen": {
			build: func(w *town) { w.many("rest", 100); w.many("x", 4, ofSet("s"), deleted) },
			book:  book{Sets: map[types.UID]deletedSet{"s": goneSet}},
			held:  map[string]int{"x": 4}, why: "ApplicationSet s",
		},
		"the first of a deleted set, the others are still to come": {
			build: func(w *town) { w.many("rest", 100); w.many("later", 7, ofSet("s")); w.add("x", ofSet("s"), deleted) },
			book:  book{Sets: map[types.UID]deletedSet{"s": goneSet}},
			held:  map[string]int{"x": 1}, why: "ApplicationSet s",
		},
		"the first of a namespace, the others are still to come": {
			build: func(w *town) { w.many("later", 7); w.add("x", deleted); w.ending["argocd"] = true },
			held:  map[string]int{"x": 1}, why: "project default",
		},
		"one beside a set that is held while it ends": {
			build: func(w *town) {
				w.many("rest", 200)
				w.many("x", 5, ofSet("s"), deleted)
				w.many("later", 60, ofSet("s"))
				w.add("y", deleted)
			},
			book: book{Sets: map[types.UID]deletedSet{"s": goneSet}},
			held: map[string]int{"x": 5}, why: "ApplicationSet s",
		},
		"one beside a set that was held before and ends": {
			build: func(w *town) {
				w.many("rest", 200)
				w.many("later", 60, ofSet("s"))
				w.waiting[w.add("x", ofSet("s"), deleted).UID], w.held["x"] = false, true
				w.add("y", deleted)
			},
			book: book{Sets: map[types.UID]deletedSet{"s": goneSet}},
		},
		"one while a set ends whose policy keeps its applications": {
			build: func(w *town) {
				w.many("rest", 200)
				w.many("later", 60, ofSet("s"))
				w.add("y", deleted)
				w.sets[setNamed("s")], w.keeping[setNamed("s")] = true, true
			},
		},
		"what is left of a set with a hold": {
			build: func(w *town) {
				w.many("rest", 100)
				w.many("old", 8, ofSet("s"), deleted)
				for i := range 8 {
					uid := types.UID(fmt.Sprintf("old-%02d", i))
					w.waiting[uid], w.held[uid] = false, true
				}
				w.many("x", 2, ofSet("s"), deleted)
			},
			book: book{Sets: map[types.UID]deletedSet{"s": goneSet}},
			held: map[string]int{"x": 2}, why: "wait for approval",
		},
		"a set that is being deleted": {
			build: func(w *town) { w.many("rest", 20); w.many("x", 3, ofSet("s"), deleted); w.sets[setNamed("s")] = true },
		},
		"one of a set that lives, by hand": {
			build: func(w *town) {
				w.many("rest", 20, ofSet("s"))
				w.add("x", ofSet("s"), deleted)
				w.sets[setNamed("s")] = false
			},
		},
		"one of a set that nobody deleted": {
			build: func(w *town) { w.many("rest", 20); w.add("x", ofSet("s"), deleted) },
			held:  map[string]int{"x": 1}, why: "restore",
		},
		"one of a set that lives, restored to another namespace": {
			build: func(w *town) {
				w.many("rest", 20, ofSet("s"))
				w.add("x", ofSet("s"), inTeam, deleted)
				w.sets[setNamed("s")] = false
			},
			held: map[string]int{"x": 1}, why: "restore",
		},
		"one of a deleted set, restored to another namespace": {
			build: func(w *town) { w.many("rest", 20); w.add("x", ofSet("s"), inTeam, deleted) },
			book:  book{Sets: map[types.UID]deletedSet{"s": goneSet}},
			held:  map[string]int{"x": 1}, why: "restore",
		},
		"what the set's own guard allowed": {
			build: func(w *town) {
				w.many("rest", 100, ofSet("s"))
				w.many("x", 5, ofSet("s"), causedBy(v1alpha1.DeletionWithinGuard), deleted)
				w.sets[setNamed("s")] = false
			},
		},
		"what many sets' own guards allowed": {
			build: func(w *town) {
				for i := range 20 {
					set := fmt.Sprintf("s%d", i)
					w.sets[setNamed(set)] = false
					w.many("x-"+set, 3, ofSet(set), causedBy(v1alpha1.DeletionWithinGuard), deleted)
				}
			},
			held: map[string]int{"x": 60}, why: "project default",
		},
		"what a person approved at the set": {
			build: func(w *town) {
				w.many("x", 50, ofSet("s"), causedBy(v1alpha1.DeletionApproved), deleted)
				w.sets[setNamed("s")] = false
			},
		},
		"closed pull requests": {
			build: func(w *town) {
				w.many("x", 50, ofSet("s"), causedBy(v1alpha1.DeletionPullRequestClosed), deleted)
				w.sets[setNamed("s")] = false
			},
		},
		"a cause of another generation": {
			build: func(w *town) {
				w.many("x", 50, ofSet("s"), causedBy(v1alpha1.DeletionApproved), func(a *v1alpha1.Application) { a.Generation++ }, deleted)
				w.sets[setNamed("s")] = false
			},
			held: map[string]int{"x": 50}, why: "ApplicationSet s",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown()
			tc.build(w)
			c := w.judge(tc.book)
			waiting, held := 0, 0
			for _, waits := range w.waiting {
				if waits {
					waiting++
				}
			}
			for prefix, want := range tc.held {
				got, _ := c.of(prefix)
				held += got
				if got != want {
					t.Errorf("%d of %s are held, want %d", got, prefix, want)
				}
			}
			if _, passed := c.of(""); passed+held != waiting {
				t.Errorf("%d passed and %d are held of %d: %v", passed, held, waiting, c.rulings)
			}
			for uid, r := range c.rulings {
				if !r.pass && !strings.Contains(r.why, tc.why) {
					t.Errorf("%s: %q, want %q in it", uid, r.why, tc.why)
				}
			}
		})
	}
}

// What comes in small batches is seen as the one event that it is: also what is
// held counts as a loss that was tried.
func TestTheGateSeesSlowDeletionsAsOne(t *testing.T) {
	w := newTown()
	w.many("rest", 30)
	var b book
	total := 0
	for round := range 5 {
		w.now = noon.Add(time.Duration(round) * 10 * time.Second)
		w.many(fmt.Sprintf("x%d", round), 3, deleted)
		c := w.judge(b)
		_, passed := c.of("")
		total += passed
		b = c.close()
		w.settle(c)
	}
	if total != 3 {
		t.Errorf("%d went of fifteen within a minute, want the first three", total)
	}
}

// settle takes what has passed out of the world, and lets the rest stay held.
func (w *town) settle(c *court) {
	for uid, r := range c.rulings {
		w.waiting[uid] = false
		if r.pass {
			w.apps = slices.DeleteFunc(w.apps, func(a *v1alpha1.Application) bool { return a.UID == uid })
		}
	}
}

// Sets and Applications that come and go all day do not shrink a fleet.
func TestTheGateLetsAFleetLive(t *testing.T) {
	w := newTown()
	w.many("rest", 5)
	var b book
	for round := range 100 {
		w.now = noon.Add(time.Duration(round) * 15 * time.Second)
		made := func(a *v1alpha1.Application) { a.CreationTimestamp = metav1.NewTime(w.now) }
		set := fmt.Sprintf("s%d", round)
		w.sets[setNamed(set)] = true
		w.many("x-"+set, 3, ofSet(set), made, deleted)
		w.add("single-"+set, made, deleted)
		c := w.judge(b)
		if held, _ := c.of(""); held > 0 {
			t.Fatalf("round %d: %v", round, c.rulings)
		}
		b = c.close()
		w.settle(c)
	}
}

func TestARestartCountsNothingTwice(t *testing.T) {
	w := newTown()
	w.many("rest", 30)
	w.many("x", 4, deleted)
	b := w.judge(book{}).close()
	for range 3 { // killed before a tombstone was written
		c := w.judge(b)
		if held, passed := c.of("x"); held != 0 || passed != 4 {
			t.Fatalf("%d held, %d passed", held, passed)
		}
		b = c.close()
	}
}

func TestARestartRemembersTheBatchBeforeTheLast(t *testing.T) {
	w := newTown()
	w.many("rest", 100)
	w.many("x", 4, deleted)
	first := w.judge(book{})
	b := first.close()
	w.settle(first)
	w.many("y", 1, deleted)
	b = w.judge(b).close()
	w.many("x", 4, deleted) // a hub that knows the book alone
	c := w.judge(b)
	if held, passed := c.of("x"); held != 0 || passed != 4 || len(c.counted) > 0 {
		t.Errorf("%d held, %d passed, counted %v", held, passed, c.counted)
	}
	for uid := range c.exists { // their tombstones stand, and they are gone
		delete(c.exists, uid)
	}
	c.passed = nil
	if going := c.close().Windows[fleetScope].Going; len(going) > 0 {
		t.Errorf("still remembered: %v", going)
	}
}

func TestTheBookForgetsWhatIsOver(t *testing.T) {
	w := newTown()
	w.many("rest", 30)
	w.many("x", 2, deleted, ofSet("s"))
	b := w.judge(book{Sets: map[types.UID]deletedSet{"s": goneSet, "t": goneSet}}).close()
	if len(b.Windows) != 3 || len(b.Sets) != 2 { // set, project, fleet
		t.Errorf("at first: %+v", b)
	}
	later := newTown()
	later.now = noon.Add(time.Hour)
	later.many("rest", 30)
	later.add("y", deleted)
	b = later.judge(b).close()
	if len(b.Windows) != 4 || len(b.Sets) != 0 { // project and fleet, directly and in all
		t.Errorf("an hour later: %+v", b)
	}
}
