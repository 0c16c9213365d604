// Package reconcile brings one Application from its bundle to its status.
//
// [Reconciler.Reconcile] reads as a table of contents; each phase stands in a
// file of its own:
//
//   - gather: what is held about the key, read once.
//   - aim: which revisions and parameters should run; their objects, from disk
//     or from Git.
//   - compare: what the cluster has of them.
//   - act: one step, as package decide says: nothing, wait, or a sync.
//   - judge: the status.
//   - end: instead of all that, when a tombstone says so.
//
// Keys come from the hub (a new bundle), from the watches (drift, health) and
// from timers (retries). One key is never worked on twice at a time. Where the
// watches show that nothing has changed, a reconcile sends no request and reads
// no manifests.
//
// It refuses to prune or to delete on account of anything it could not read: a
// target that cannot be fetched or rendered leaves the last good one running,
// and healed.
package reconcile
