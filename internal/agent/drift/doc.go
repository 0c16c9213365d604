// Package drift watches what an agent manages and says which object changed.
//
//   - [Watches] keeps one watch per kind, for all Applications together: only
//     the kinds that are wanted, only objects that carry the agent's label.
//   - [Watches.Observe] tells what a watch shows of an object: what spares the
//     engine its requests.
//   - [Change] is one event: what moved (the object itself, or its health only).
//   - [Watches.Rejudge] follows a change of the fleet's own health rules.
//
// Kinds that have health are watched whole and reduced on arrival to their
// metadata's signature and their health; all others as metadata. Nothing else
// of an object is kept, so memory is proportional to what is managed, and a few
// hundred bytes per object.
//
// It polls nothing and resyncs nothing. A kind that the cluster stops serving
// makes its own watch back off, and no other.
package drift
