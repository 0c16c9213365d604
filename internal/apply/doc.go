// Package apply brings the objects of one Application to a cluster and keeps
// an account of them.
//
// # In reading order
//
//   - [Key] says whose objects they are; [Ref] points at one; [Inventory] is
//     the account.
//   - [Engine.Prepare] turns rendered objects into [Manifests]: namespaces
//     settled, ownership marked, ordered, bad ones refused one by one.
//   - [Engine.Compare] says of each object whether the cluster has it as
//     wanted, by a server-side dry run.
//   - [Engine.Sync] applies them wave by wave, runs their hooks, and prunes
//     what left.
//   - [Engine.Delete] and [Engine.Release] end an Application here.
//   - [Known] is what spares requests: what was applied last, and what the
//     caller's watches show.
//   - [Kinds] knows which kinds the cluster serves.
//   - [InventoryStore] keeps the second copy of inventories, in Secrets.
//
// # What it promises
//
// The inventory is saved before anything is applied (old and new together)
// and shrunk after pruning, so that a crash leaves no object unaccounted for.
// An object is deleted only if the inventory lists it and its annotation still
// names the same owner. Nothing is pruned after a failure. An object that is
// refused does not stop the others of its wave. Values of Secrets are in no
// message.
//
// # What it refuses
//
// It knows no Application kind, no Git and no rendering; it keeps no state
// between calls but the list of kinds. It takes over no object of another
// Application.
package apply
