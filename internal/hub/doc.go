// Package hub puts the hub together: the leader's loops, the delivery server
// that every replica runs, and the index between them.
//
// In reading order:
//
//   - options.go: everything that can be set.
//   - hub.go: Run, from an empty API server to a serving hub.
//   - loops.go: the inventory of what runs.
//   - identity.go, guard.go, sink.go: how the loops' small interfaces are met.
//
// Each loop is a package of its own below this one. They never import each
// other; they meet through API objects and the desired index.
package hub
