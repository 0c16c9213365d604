// Package query answers what the hub asks about one Application beside its
// delivery: what a sync would change, also of another revision, and the tree
// of its objects down to pods.
//
//   - [Service] takes questions, a few at a time, and answers each within its
//     time, whatever happens to it.
//   - diff.go turns a comparison of the engine into an answer that fits.
//   - tree.go reads live objects by owner references.
//
// It only reads: nothing is applied, and nothing is kept. It never waits for
// the reconciler nor the reconciler for it.
package query
