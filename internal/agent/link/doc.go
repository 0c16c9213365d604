// Package link keeps the agent connected to its hub.
//
//   - [Loop] holds a session open, takes in every answer and dials again, with
//     jittered backoff, when it ends.
//   - [Outbox] gathers statuses, acknowledgements and facts, and hands them
//     over until the hub has taken them.
//   - [Renewal] keeps the certificate fresh.
//
// It knows the messages and nothing of Applications: what an answer means is
// decided by the [Desired] that it feeds.
package link
