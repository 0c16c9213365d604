package expand

import "github.com/fairlead/fairlead/api/v1alpha1"

// Delta is what a change of some clusters alters in a Result.
type Delta struct {
	// Applications are new or not what they were, sorted by name. They share
	// parts with others: read only.
	Applications []v1alpha1.Application
	// Origins tell for each of Applications, by index, where it comes from.
	Origins []Origin
	// Gone are names that rows gave before and that none gives now, sorted.
	// What still has them may be deleted unless Expander.Protection covers it.
	Gone []Gone
	// Rejected are rows that are refused now and were not, or for another
	// reason. Sorted as in Result.
	Rejected []Row
	// Cleared are the origins of rows that were rejected and are not any more:
	// they render now, or have gone. Sorted likewise. While this or Unique holds
	// anything, fewer Applications are protected than before: what was kept so
	// far has to be looked at again, see Expander.Gives.
	Cleared []Origin
	// Duplicates are names that several rows claim now and did not, or that
	// other rows claim. Sorted by name.
	Duplicates []Duplicate
	// Unique are names that were duplicates and are not any more, sorted: each
	// is among Applications or Gone.
	Unique []string
	// Missing are the inputs that are needed in addition. Then nothing else is
	// set, and nothing has changed: gather them and ask again.
	Missing []Request
}

// Gone is a name that no row gives any more.
type Gone struct {
	Name string
	// Origin of the row that gave it last; of several, the first.
	Origin Origin
}

// Empty is true when the Result is what it was.
func (d *Delta) Empty() bool {
	return len(d.Applications)+len(d.Gone)+len(d.Rejected)+len(d.Cleared)+len(d.Duplicates)+len(d.Unique)+len(d.Missing) == 0
}
