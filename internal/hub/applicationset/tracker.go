package applicationset

import (
	"maps"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
)

// maxTouched bounds the Applications that one look compares one by one; if
// more were touched, all rows are compared.
const maxTouched = 1000

// cause is why a set is looked at. One that says nothing, of a retry or of the
// set's interval, means everything.
type cause struct {
	// anew asks Git servers and all others again before expanding.
	anew bool
	// whole expands from nothing.
	whole bool
	// fleet takes over the clusters that have changed.
	fleet bool
	// touched are Applications that somebody changed or removed.
	touched map[string]bool
	// every row is to be compared, as too many were touched.
	every bool
	// waiting are rows that another object stood in the way of when the set was
	// last looked at: nothing may tell when that goes.
	waiting []string
}

// nothing is true if no event led here, and no row waits.
func (c cause) nothing() bool {
	return !c.anew && !c.whole && !c.fleet && !c.every && len(c.touched)+len(c.waiting) == 0
}

// tracker knows which sets an event concerns, and keeps for each what has
// happened since it was last looked at.
type tracker struct {
	control string // namespace

	mu   sync.Mutex
	sets map[types.NamespacedName]*tracked
}

type tracked struct {
	uid        types.UID
	generation int64
	gaze       gaze
	references []reference
	// repositories that the set was last expanded from.
	repositories []expand.Repository
	cause        cause
}

func newTracker(control string) *tracker {
	return &tracker{control: control, sets: map[types.NamespacedName]*tracked{}}
}

// begin takes the causes of a look at a set, and learns what concerns it from
// now on. Call it before reading anything: what happens after is a new cause.
func (t *tracker) begin(key types.NamespacedName, set *v1alpha1.ApplicationSet) cause {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := t.of(key)
	if known.uid != set.UID || known.generation != set.Generation {
		known.uid, known.generation = set.UID, set.Generation
		known.gaze, known.references = gazeOf(set), referencesOf(set, t.control)
	}
	why := known.cause
	known.cause = cause{}
	return why
}

// follow notes the repositories that a set was expanded from.
func (t *tracker) follow(key types.NamespacedName, repositories []expand.Repository) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of(key).repositories = repositories
}

// followed are those that were noted last.
func (t *tracker) followed(key types.NamespacedName) []expand.Repository {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.of(key).repositories
}

// forget a set that is gone.
func (t *tracker) forget(key types.NamespacedName) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.sets, key)
}

// of is what is known of a set; the lock is held.
func (t *tracker) of(key types.NamespacedName) *tracked {
	known := t.sets[key]
	if known == nil {
		known = &tracked{}
		t.sets[key] = known
	}
	return known
}

// note adds a cause to one set.
func (t *tracker) note(key types.NamespacedName, add func(*cause)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	add(&t.of(key).cause)
}

func whole(c *cause) { c.whole = true }

// touch notes that somebody changed or removed an Application of a set.
func (t *tracker) touch(set types.NamespacedName, app string) {
	t.note(set, func(c *cause) {
		if c.every {
			return
		}
		if c.touched == nil {
			c.touched = map[string]bool{}
		}
		c.touched[app] = true
		if len(c.touched) > maxTouched {
			c.touched, c.every = nil, true
		}
	})
}

// names are the Applications to compare one by one; false if they are too many.
func (c cause) names() (map[string]bool, bool) {
	out := make(map[string]bool, len(c.touched)+len(c.waiting))
	maps.Copy(out, c.touched)
	for _, name := range c.waiting {
		out[name] = true
	}
	return out, !c.every && len(out) <= maxTouched
}

// moved notes that a cluster came, changed or went, and returns the sets that
// saw it or see it. A set that has never been looked at is not among them: it
// will be.
func (t *tracker) moved(was, is *clusters.Cluster) []types.NamespacedName {
	return t.each(func(s *tracked) bool {
		if !s.gaze.concerns(was, is) {
			return false
		}
		s.cause.fleet = true
		return true
	})
}

// fleet notes that nothing is known of which clusters changed.
func (t *tracker) fleet() []types.NamespacedName {
	return t.each(func(s *tracked) bool {
		s.cause.whole = s.cause.whole || s.gaze.looks()
		return s.gaze.looks()
	})
}

// referring notes that an object changed that generators name.
func (t *tracker) referring(to reference) []types.NamespacedName {
	return t.each(func(s *tracked) bool {
		if !slices.Contains(s.references, to) {
			return false
		}
		s.cause.anew = true
		return true
	})
}

func (t *tracker) each(concerned func(*tracked) bool) []types.NamespacedName {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []types.NamespacedName
	for key, s := range t.sets {
		if concerned(s) {
			out = append(out, key)
		}
	}
	return out
}
