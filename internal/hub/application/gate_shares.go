package application

import "github.com/fairlead/fairlead/api/v1alpha1"

// share is one scope's part of a batch, and what else there is of the scope.
type share struct {
	// asks are those of the batch, one at least.
	asks []*v1alpha1.Application
	// size is how many Applications the scope has, grown how many of them came
	// within the window.
	size, grown int
	// follow are about to be deleted too: the first of fifty must not slip
	// through. Of a set that is held they count for that set alone.
	follow []*v1alpha1.Application
}

// shares groups a batch by scope; rest is what this scale does not weigh. It
// looks at every Application once, however many scopes there are: a judgement
// of thousands of sets must not keep the ledger waiting.
func (c *court) shares(batch []*v1alpha1.Application, by scale) (shares map[string]*share, rest []*v1alpha1.Application) {
	shares = map[string]*share{}
	for _, app := range batch {
		scope := by.scope(app)
		switch {
		case scope == "":
			rest = append(rest, app)
			continue
		case shares[scope] == nil:
			shares[scope] = &share{}
		}
		shares[scope].asks = append(shares[scope].asks, app)
	}
	for _, app := range c.apps {
		scope := by.of(app)
		s := shares[scope]
		if s == nil {
			continue
		}
		s.size++
		if c.now.Sub(app.CreationTimestamp.Time) < by.limits.Window {
			s.grown++
		}
		if c.doomed(app) && by.scope(app) == scope && (isSet(scope) || !c.open[owner(app)]) {
			s.follow = append(s.follow, app)
		}
	}
	return shares, rest
}
