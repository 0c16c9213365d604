// Package desired knows, at every moment and without asking the API server,
// what each cluster's agent should have: one bundle per Application, joined
// with its pins and its project, and the tombstones that still wait.
//
// It is fed by informers, works in proportion to what changed, and is read by
// the delivery server. It decides nothing: destinations and tombstones were
// decided by the loops that wrote them.
package desired
