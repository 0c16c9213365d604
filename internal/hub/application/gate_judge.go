package application

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
)

// court judges one batch. It is pure: it reads a world and a book, and makes
// rulings and another book.
type court struct {
	world
	limits  guard.Limits
	book    book
	rulings map[types.UID]ruling
	// counted are the losses to remember, by scope.
	counted map[string]loss
	passed  []guard.Victim
	// open are the sets with a hold, earlier or of this batch.
	open map[setID]bool
	// sizes of the scopes that were weighed.
	sizes map[string]int
}

// loss is how many of size are lost, or held as if they were.
type loss struct {
	count, size int
	limits      guard.Limits
}

func newCourt(w world, limits guard.Limits, b book) *court {
	c := &court{
		world: w, limits: limits, book: b,
		rulings: map[types.UID]ruling{}, counted: map[string]loss{}, open: map[setID]bool{}, sizes: map[string]int{},
	}
	for _, app := range w.apps {
		if set := owner(app); set != (setID{}) && w.held[app.UID] {
			c.open[set] = true
		}
	}
	return c
}

// sit rules over all that waits: the narrowest scope first, so that what a set
// would lose too much of does not hold the rest of its project.
func (c *court) sit() {
	going := c.book.Windows[fleetScope].WasLetGo()
	var left []*v1alpha1.Application
	for _, app := range c.nowhere {
		if c.waiting[app.UID] {
			c.rulings[app.UID] = ruling{pass: true}
			if guard.CauseOf(app) == "" {
				c.holdStale(app)
			}
		}
	}
	for _, app := range c.apps {
		if !c.waiting[app.UID] {
			continue
		}
		switch {
		case excused(app):
			c.rulings[app.UID] = ruling{pass: true}
		case going(string(app.UID)): // judged before a restart
			c.pass(app)
		case guard.CauseOf(app) == "" && c.holdStale(app):
		default:
			left = append(left, app)
		}
	}
	scales := c.scales()
	for _, by := range scales {
		left = c.weigh(left, by)
	}
	for _, app := range left {
		c.pass(app)
		for _, by := range scales {
			if scope := by.scope(app); scope != "" {
				c.count(scope, by, 1)
			}
		}
	}
}

func (c *court) count(scope string, by scale, n int) {
	c.counted[scope] = loss{c.counted[scope].count + n, c.sizes[scope], by.limits}
}

// excused is true for a deletion that a person approved at the set's guard, and
// for one whose pull request closed: they neither count nor are held.
func excused(app *v1alpha1.Application) bool {
	cause := guard.CauseOf(app)
	return cause == v1alpha1.DeletionApproved || cause == v1alpha1.DeletionPullRequestClosed
}

// pass lets app through and remembers it, so that a restart before its
// tombstone stands does not count it again.
func (c *court) pass(app *v1alpha1.Application) {
	c.rulings[app.UID] = ruling{pass: true}
	c.passed = append(c.passed, guard.Victim{UID: string(app.UID), Cause: v1alpha1.DeletionWithinGuard})
}

// holdStale holds app when the set that controls it does not exist in its
// namespace and was not deleted there as far as this hub knows: nobody meant
// this deletion.
func (c *court) holdStale(app *v1alpha1.Application) bool {
	set := owner(app)
	if _, lives := c.sets[set]; set == (setID{}) || lives || c.book.deleted(set) {
		return false
	}
	c.rulings[app.UID] = ruling{why: fmt.Sprintf(
		"its ApplicationSet %s is not there and was not deleted here, as after a restore", v1alpha1.OwningSet(app))}
	return true
}

// doomed is true for an Application that nobody has deleted yet, and that will
// be: its set or its namespace is on its way out.
func (c *court) doomed(app *v1alpha1.Application) bool {
	return app.DeletionTimestamp.IsZero() && app.CascadedDeletion() && (c.ending[app.Namespace] || c.setEnds(app))
}

// weigh judges each scope's share of the batch, and returns what is not held.
func (c *court) weigh(batch []*v1alpha1.Application, by scale) []*v1alpha1.Application {
	shares, left := c.shares(batch, by)
	for _, scope := range slices.Sorted(maps.Keys(shares)) {
		share := shares[scope]
		c.sizes[scope] = share.size
		why := c.excess(scope, share, by)
		if why == "" {
			left = append(left, share.asks...)
			continue
		}
		c.count(scope, by, len(share.asks))
		for _, app := range share.asks {
			if isSet(scope) {
				c.open[owner(app)] = true
			}
			c.rulings[app.UID] = ruling{why: fmt.Sprintf("too much would go at once of %s: %s", c.named(scope, app), why)}
		}
	}
	return left
}

func isSet(scope string) bool { return strings.HasPrefix(scope, setPrefix) }

func (c *court) named(scope string, app *v1alpha1.Application) string {
	switch strings.TrimPrefix(scope, "direct/") {
	case fleetScope:
		return "the fleet"
	case projectScope(app):
		return "project " + app.Spec.GetProject()
	default:
		return "ApplicationSet " + v1alpha1.OwningSet(app)
	}
}

// excess says why a scope's share is too much, "" if it is not.
func (c *court) excess(scope string, share *share, by scale) string {
	in := guard.Input{
		Now: c.now, Scope: scope, Size: share.size, Grown: share.grown, Limits: by.limits,
		Window: guard.Window{Losses: c.book.Windows[scope].Losses},
		Open:   isSet(scope) && c.open[owner(share.asks[0])],
	}
	for _, app := range slices.Concat(share.asks, share.follow) {
		in.Victims = append(in.Victims, guard.Victim{Name: app.Namespace + "/" + app.Name, UID: string(app.UID)})
	}
	if n := len(in.Victims); by.net && in.Window.Shrunk(c.now, by.limits, in.Size, n) <= by.limits.Of(in.Size) {
		return ""
	}
	return guard.Judge(in).Reason
}

// close returns the book with this batch's losses.
func (c *court) close() book {
	owned := map[setID]bool{}
	for _, app := range slices.Concat(c.apps, c.nowhere) {
		owned[owner(app)] = true
	}
	out := c.book.without(c.now, c.limits.Window, owned)
	for scope, l := range c.counted {
		out.Windows[scope] = out.Windows[scope].Add(c.now, l.limits, l.count, l.size)
	}
	if gone := c.letGo(); len(gone) > 0 {
		out.Windows[fleetScope] = out.Windows[fleetScope].LetGo(gone)
	}
	return out
}

// letGo are those that passed now, or before and are still there.
func (c *court) letGo() []guard.Victim {
	out := slices.Clone(c.passed)
	going := c.book.Windows[fleetScope].WasLetGo()
	for uid := range c.exists {
		if _, now := c.rulings[uid]; !now && going(string(uid)) {
			out = append(out, guard.Victim{UID: string(uid), Cause: v1alpha1.DeletionWithinGuard})
		}
	}
	return out
}
