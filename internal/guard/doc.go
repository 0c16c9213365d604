// Package guard decides how many Applications may be lost at once.
//
// Losses count over a sliding window against the size at the window's start.
// What exceeds the limit is held as a whole, not let go in part, and stays held
// until a person approves exactly these victims by their digest or they come
// back. It is pure: the clock, the record of earlier losses and the approval
// are inputs, and what must be remembered is an output.
//
// It refuses to know who asks: the loop over a set's rows and the gate where
// tombstones are issued use the same function, each with its own record.
package guard
