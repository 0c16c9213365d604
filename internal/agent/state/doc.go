// Package state is what an agent knows and must not lose: the desired set, the
// inventories, the last good render and what it remembers of each Application.
// It owns the schemas; internal/store owns the file.
//
//   - [Open] reads everything but renders into memory, so that an agent works
//     from memory and writes through to disk.
//   - [State.Take] folds an answer of the hub into what is held. The rules
//     (who is orphaned, which tombstone counts) are the pure function plan.
//   - [Memory] is what a restart must not forget about one Application.
//
// It refuses to delete anything because it is missing: an Application leaves
// only by [State.Forget], which the agent calls when a tombstone is carried out.
// Every bucket can be rebuilt: from the hub, from Git, and the inventories from
// the cluster.
package state
