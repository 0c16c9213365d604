package wake

import (
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
)

// Tracker knows which sets an event concerns, and keeps for each what has
// happened since it was last looked at.
type Tracker struct {
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
	cause        Cause
}

// NewTracker of sets whose placements and plugins are in namespace control.
func NewTracker(control string) *Tracker {
	return &Tracker{control: control, sets: map[types.NamespacedName]*tracked{}}
}

// Begin takes the causes of a look at a set, and learns what concerns it from
// now on. Call it before reading anything: what happens after is a new cause.
func (t *Tracker) Begin(key types.NamespacedName, set *v1alpha1.ApplicationSet) Cause {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := t.of(key)
	if known.uid != set.UID || known.generation != set.Generation {
		known.uid, known.generation = set.UID, set.Generation
		known.gaze, known.references = gazeOf(set), referencesOf(set, t.control)
	}
	why := known.cause
	known.cause = Cause{}
	return why
}

// Follow notes the repositories that a set was expanded from.
func (t *Tracker) Follow(key types.NamespacedName, repositories []expand.Repository) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of(key).repositories = repositories
}

// Followed are those that were noted last.
func (t *Tracker) Followed(key types.NamespacedName) []expand.Repository {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.of(key).repositories
}

// Forget a set that is gone.
func (t *Tracker) Forget(key types.NamespacedName) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.sets, key)
}

// of is what is known of a set; the lock is held.
func (t *Tracker) of(key types.NamespacedName) *tracked {
	known := t.sets[key]
	if known == nil {
		known = &tracked{}
		t.sets[key] = known
	}
	return known
}

// Note adds a cause to one set.
func (t *Tracker) Note(key types.NamespacedName, add func(*Cause)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	add(&t.of(key).cause)
}

// Touch notes that somebody changed or removed an Application of a set.
func (t *Tracker) Touch(set types.NamespacedName, app string) {
	t.Note(set, func(c *Cause) {
		if c.Every {
			return
		}
		if c.Touched == nil {
			c.Touched = map[string]bool{}
		}
		c.Touched[app] = true
		if len(c.Touched) > maxTouched {
			c.Touched, c.Every = nil, true
		}
	})
}

// Moved notes that a cluster came, changed or went, and returns the sets that
// saw it or see it. A set that has never been looked at is not among them: it
// will be.
func (t *Tracker) Moved(was, is *clusters.Cluster) []types.NamespacedName {
	return t.each(func(s *tracked) bool {
		if !s.gaze.concerns(was, is) {
			return false
		}
		s.cause.Fleet = true
		return true
	})
}

// Fleet notes that nothing is known of which clusters changed, and returns the
// sets that see any.
func (t *Tracker) Fleet() []types.NamespacedName {
	return t.each(func(s *tracked) bool {
		s.cause.Whole = s.cause.Whole || s.gaze.looks()
		return s.gaze.looks()
	})
}

// Referring notes that a Secret or ConfigMap changed, and returns the sets whose
// generators name it.
func (t *Tracker) Referring(kind, namespace, name string) []types.NamespacedName {
	return t.each(func(s *tracked) bool {
		if !slices.Contains(s.references, reference{kind, namespace, name}) {
			return false
		}
		s.cause.Anew = true
		return true
	})
}

func (t *Tracker) each(concerned func(*tracked) bool) []types.NamespacedName {
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
