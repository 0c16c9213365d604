package wake

import "maps"

// maxTouched bounds the Applications that one look compares one by one; if
// more were touched, all rows are compared.
const maxTouched = 1000

// Cause is why a set is looked at. One that says nothing, of a retry or of the
// set's interval, means everything.
type Cause struct {
	// Anew asks Git servers and all others again before expanding.
	Anew bool
	// Whole expands from nothing.
	Whole bool
	// Fleet takes over the clusters that have changed.
	Fleet bool
	// Touched are Applications that somebody changed or removed.
	Touched map[string]bool
	// Every row is to be compared, as too many were touched.
	Every bool
	// Waiting are rows that another object stood in the way of when the set was
	// last looked at: nothing may tell when that goes.
	Waiting []string
}

// Nothing is true if no event led here, and no row waits.
func (c Cause) Nothing() bool {
	return !c.Anew && !c.Whole && !c.Fleet && !c.Every && len(c.Touched)+len(c.Waiting) == 0
}

// Names are the Applications to compare one by one; false if they are too many.
func (c Cause) Names() (map[string]bool, bool) {
	out := make(map[string]bool, len(c.Touched)+len(c.Waiting))
	maps.Copy(out, c.Touched)
	for _, name := range c.Waiting {
		out[name] = true
	}
	return out, !c.Every && len(out) <= maxTouched
}

// Whole expands the set from nothing.
func Whole(c *Cause) { c.Whole = true }
