// Package delivery is the wire between the hub and the agents: what is said,
// in which version, and how each end knows the other.
//
// In reading order:
//
//   - deliveryv1 (a folder of its own): the messages, generated.
//   - Set, Position, BundleDigest, SetDigest: a desired set and how two ends
//     compare it without sending it.
//   - Diff: what an agent that has this must be told to have that.
//   - ServerTLS, VerifyClient, ClientTLS, AgentTime: TLS 1.3 with both sides
//     known; one function decides about an agent's certificate.
//   - Enroll, Client, Stream: the agent's end. The hub's end is
//     internal/hub/session.
//
// It stores nothing, decides nothing about Applications, signs no certificate
// and does not reconnect: when a stream ends the agent dials again with its own
// backoff. It never turns absence into a deletion: what a set lacks and no
// tombstone names is reported as orphaned.
package delivery
