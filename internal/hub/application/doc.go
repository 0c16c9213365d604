// Package application holds the leader's loop over Applications.
//
// It puts the hub's finalizer on every Application, resolves its destination
// and records the cluster it is delivered to, writes its conditions, answers
// refresh requests, and turns every end of an Application into a Tombstone
// before Kubernetes lets the object go.
//
// It never writes what agents report (sync, health, resources, operationState,
// history): the replica that holds the agent's session does.
package application
