// Package explain says why a set gives a cluster an Application, or why not.
//
// The verdict is the expansion's own: yes means that a row's destination is
// the cluster. The reason is found with the same expansion, by asking it again
// for parts of the set: a generator without its post-selector, a leg of a
// matrix alone. So a reason cannot disagree with what the set does.
//
// It reads nothing but its arguments; fetching what generators need is up to
// the function that expands. It writes no message about what a cluster runs:
// that is status.
package explain
