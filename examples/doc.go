// Package examples carries the example repositories, so that the demo and the
// tests can serve them from a single binary.
package examples
