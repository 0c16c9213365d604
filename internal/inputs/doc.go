// Package inputs is the edge that turns what an expansion lacks into inputs.
//
// Gather expands, fetches what is missing, and expands again until nothing is.
// One call is one snapshot: a repository is resolved once and read at that one
// commit throughout. What it fetches with is a small interface per kind of
// input, so the hub, the command line and tests differ only there.
//
// It decides nothing about Applications: a failed fetch is an error, and the
// set keeps what it has.
package inputs
