// Package ignore follows a set's spec.ignoreApplicationDifferences: fields of
// its Applications that keep what others wrote.
//
//   - rules.go: the rules, compiled once for a look at a set, and what they do
//     to one Application.
//   - tree.go: an Application as a tree, and two trees combined.
//
// It is pure: an Application as it is and one as a row wants it go in, and the
// one to write comes out.
package ignore
