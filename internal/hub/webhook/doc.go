// Package webhook lets Git hosts tell the hub of a push, a pull request or a
// new repository, so that nothing needs to poll.
//
// # The way of a hook
//
//	any replica   Handler  size, signature, duplicates, does it concern anybody
//	              Notes    one small ConfigMap per repository, then the answer 202
//	the leader    Clerk    one note per repository each 10 seconds: asks what the
//	                       followed revisions mean now, wakes sets
//
// A note stands before its hook is answered and goes when the leader has acted
// on it, so neither end's crash loses a push. Hooks that come while a note
// stands are added to it, and the leader removes only the version that it has
// read: the last push of a flood is always acted on.
//
// # What it refuses
//
// A hook without a valid signature, also when no secret is configured for its
// provider; a body above 1 MiB, before it is read; anything that does not
// decode. A refused hook leaves no trace but a metric and a line in the log,
// which never hold a secret or a body.
package webhook
