package application

import (
	"fmt"
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
	// counted are the losses to remember, by scope, and by the scales that they
	// were weighed with.
	counted map[string]int
	by      map[string]scale
	passed  []guard.Victim
	// open are the sets with a hold, earlier or of this batch.
	open map[types.UID]bool
}

func newCourt(w world, limits guard.Limits, b book) *court {
	c := &court{
		world: w, limits: limits, book: b,
		rulings: map[types.UID]ruling{}, counted: map[string]int{}, by: map[string]scale{}, open: map[types.UID]bool{},
	}
	for _, app := range w.apps {
		if uid := owner(app); uid != "" && w.held[app.UID] {
			c.open[uid] = true
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
			c.holdStale(app)
		}
	}
	for _, app := range c.apps {
		if !c.waiting[app.UID] {
			continue
		}
		switch cause := guard.CauseOf(app); {
		case cause == v1alpha1.DeletionApproved, cause == v1alpha1.DeletionPullRequestClosed:
			c.rulings[app.UID] = ruling{pass: true}
		case going(string(app.UID)): // judged before a restart
			c.pass(app)
		case cause == "" && c.holdStale(app):
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
	c.counted[scope] += n
	c.by[scope] = by
}

// pass lets app through and remembers it, so that a restart before its
// tombstone stands does not count it again.
func (c *court) pass(app *v1alpha1.Application) {
	c.rulings[app.UID] = ruling{pass: true}
	c.passed = append(c.passed, guard.Victim{UID: string(app.UID), Cause: v1alpha1.DeletionWithinGuard})
}

// holdStale holds app when the set that controls it does not exist and was not
// deleted as far as this hub knows: nobody meant this deletion.
func (c *court) holdStale(app *v1alpha1.Application) bool {
	uid := owner(app)
	_, lives := c.sets[uid]
	_, deleted := c.book.Sets[uid]
	if uid == "" || lives || deleted {
		return false
	}
	c.rulings[app.UID] = ruling{why: fmt.Sprintf(
		"its ApplicationSet %s is not there and was not deleted here, as after a restore", v1alpha1.OwningSet(app))}
	return true
}

// setScope is "" where the set's own guard has judged already, or there is none.
func (c *court) setScope(app *v1alpha1.Application) string {
	if uid := owner(app); uid != "" && guard.CauseOf(app) == "" {
		return setScopeOf(uid)
	}
	return ""
}

func setScopeOf(uid types.UID) string { return "set/" + string(uid) }

// doomed is true for an Application that nobody has deleted yet, and that will
// be: its set or its namespace is on its way out.
func (c *court) doomed(app *v1alpha1.Application) bool {
	return app.DeletionTimestamp.IsZero() && app.CascadedDeletion() && (c.ending[app.Namespace] || c.setEnds(app))
}

// weigh judges each scope's share of the batch, and returns what is not held.
func (c *court) weigh(batch []*v1alpha1.Application, by scale) []*v1alpha1.Application {
	shares := map[string][]*v1alpha1.Application{}
	for _, app := range batch {
		scope := by.scope(app)
		shares[scope] = append(shares[scope], app)
	}
	left := shares[""]
	for scope, share := range shares {
		if scope == "" {
			continue
		}
		why := c.excess(scope, share, by)
		if why == "" {
			left = append(left, share...)
			continue
		}
		c.count(scope, by, len(share))
		for _, app := range share {
			if uid := owner(app); uid != "" && scope == setScopeOf(uid) {
				c.open[uid] = true
			}
			c.rulings[app.UID] = ruling{why: fmt.Sprintf("too much would go at once of %s: %s", c.named(scope, app), why)}
		}
	}
	return left
}

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

// excess says why a scope's share is too much, "" if it is not. What is about
// to follow counts too: the first of fifty must not slip through. Beyond a set
// that is held it does not: it will be held with its set.
func (c *court) excess(scope string, share []*v1alpha1.Application, by scale) string {
	in := guard.Input{Now: c.now, Scope: scope, Window: guard.Window{Losses: c.book.Windows[scope].Losses}, Limits: by.limits}
	ofSet := strings.HasPrefix(scope, setScopeOf(""))
	in.Open = ofSet && c.open[owner(share[0])]
	add := func(app *v1alpha1.Application) {
		in.Victims = append(in.Victims, guard.Victim{Name: app.Namespace + "/" + app.Name, UID: string(app.UID)})
	}
	for _, app := range share {
		add(app)
	}
	for _, app := range c.apps {
		if !within(scope, app) {
			continue
		}
		in.Size++
		if c.now.Sub(app.CreationTimestamp.Time) < by.limits.Window {
			in.Grown++
		}
		if c.doomed(app) && by.scope(app) == scope && (ofSet || !c.open[owner(app)]) {
			add(app)
		}
	}
	if n := len(in.Victims); by.net && in.Window.Shrunk(c.now, by.limits, in.Size, n) <= by.limits.Of(in.Size) {
		return ""
	}
	return guard.Judge(in).Reason
}

// close returns the book with this batch's losses.
func (c *court) close() book {
	owned := map[types.UID]bool{}
	for _, app := range slices.Concat(c.apps, c.nowhere) {
		owned[owner(app)] = true
	}
	out := c.book.without(c.now, c.limits.Window, owned)
	for scope, n := range c.counted {
		out.Windows[scope] = out.Windows[scope].Add(c.now, c.by[scope].limits, n, c.sizeOf(scope))
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

func (c *court) sizeOf(scope string) int {
	n := 0
	for _, app := range c.apps {
		if within(scope, app) {
			n++
		}
	}
	return n
}
