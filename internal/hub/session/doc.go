// Package session is the hub's delivery server: it knows who is connected and
// tells each agent its own set.
//
// In reading order:
//
//   - Desired, Sink, Authority, Guard: what it needs from the rest of the hub.
//   - Server: the endpoint; TLS, limits, start and stop.
//   - methods.go: the table of methods. What is not in it is refused.
//   - watch.go: one session from the first answer to the last delta.
//   - report.go: what agents report, in order, or not at all.
//   - query.go: questions about one Application, put to its agent, and answers.
//   - registry.go: one session per cluster; a newer one replaces an older one.
//
// A caller's cluster comes from its verified certificate. No message names a
// cluster, so no agent can ask for another's set. The package writes no
// Kubernetes object, resolves no revision, signs nothing, and never decides
// that something is to be deleted: it passes on tombstones that the hub issued,
// and none while the Guard holds them.
package session
